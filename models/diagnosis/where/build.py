# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the driver against a source that tells what it does (``assembly.py``, ``trace.c``)."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import astuple, dataclass
from pathlib import Path

from models.diagnosis.where.assembly import Kind, Rewriter, Site
from models.kernel import cache
from models.kernel.source import Source
from models.subject.build import (
    FLAGS,
    HEADERS,
    OWN,
    ToolError,
    asserting,
    compile_source,
    compiled,
    compiler,
    compiler_version,
    flags_of,
    run_compiler,
)

_HERE = Path(__file__).resolve().parent
_DRIVER = _HERE.parents[1] / "driver"
_FLAGS = (*FLAGS, "-O0", "-fno-pie", "-fcf-protection=none")
_TOLD = (
    "-mno-red-zone",
    "-mgeneral-regs-only",
    "-fno-jump-tables",
    "-fno-asynchronous-unwind-tables",
)
"""So that there is nothing in the assembly that it does not know."""
_WRAPPED = "-Wl," + ",".join(
    f"--wrap={name}"
    for name in (
        "arena_reset",
        "log_flush",
        "log_callback",
        "log_publication",
        "xasplit_node_alloc",
    )
)


@dataclass(frozen=True, slots=True)
class Told:
    """An executable, and the sites that it tells of, by number."""

    executable: Path
    sites: tuple[Site, ...]


def build(source: Source, shift: int) -> Told:
    """The driver for ``source`` at chunk shift ``shift``.  BuildError when it cannot be made so."""
    if platform.machine() not in ("x86_64", "AMD64"):
        raise ToolError(f"code is followed on x86-64 only, and this is {platform.machine()}")
    if source.configuration.bits != 64:
        raise ToolError("code is followed in 64-bit programs only")
    command = compiler()
    seen = asserting(source, shift)
    own = (*flags_of(source), *OWN)

    def fill(folder: Path) -> None:
        rewriter = Rewriter(tuple(source.sha256))
        objects = []
        for number, unit in enumerate(source.units):
            flags = [
                *_FLAGS,
                *source.configuration.flags,
                *_TOLD,
                "-w",
                *seen,
                "-S",
                unit,
                "-o",
                "-",
            ]
            text = run_compiler(source, [*command, *flags], source.directory)
            target = folder / f"unit{number}.s"
            target.write_text(rewriter.rewrite(text.decode(errors="replace")))
            objects.append(str(target))
        sizes = folder / "sizes.s"
        sizes.write_text(_sizes(rewriter.sites))
        for path in (*sorted(_DRIVER.glob("*.c")), _HERE / "trace.c"):
            objects.append(compiled(source, command, own, seen, str(path)))
        target = folder / "driver"
        whole = [*command, "-no-pie", _WRAPPED, *objects, str(sizes), "-o", str(target)]
        compile_source(source, whole)
        for name in folder.glob("*.s"):
            name.unlink()
        told = [[site.kind.value, *astuple(site)[1:]] for site in rewriter.sites]
        (folder / "sites.json").write_text(json.dumps(told))

    digest = hashlib.sha256(repr((command, compiler_version(command), _FLAGS, _TOLD)).encode())
    digest.update(repr((seen, own, source.units, sorted(source.sha256.items()))).encode())
    ours = (
        *_DRIVER.glob("*.[ch]"),
        _HERE / "trace.c",
        _HERE / "assembly.py",
        *HEADERS.rglob("*.h"),
    )
    for path in sorted(ours):
        digest.update(f"{path.name} ".encode() + path.read_bytes())
    made = cache.entry("told", digest.hexdigest(), fill)
    listed = json.loads((made / "sites.json").read_text())
    sites = (Site(Kind(kind), *rest) for kind, *rest in listed)
    return Told(made / "driver", tuple(sites))


def _sizes(sites: list[Site]) -> str:
    sizes = ",".join(str(site.size) for site in sites)
    lines = (
        ".section .rodata",
        ".globl where_sites, where_sizes",
        ".balign 4",
        "where_sites:",
        f".long {len(sites)}",
        "where_sizes:",
        f".byte {sizes or 0}",
        '.section .note.GNU-stack,"",@progbits',
    )
    return "\n".join(lines) + "\n"
