# SPDX-License-Identifier: GPL-2.0-or-later
"""Opens the XArray under test: a kernel tree, a source tarball, a git revision, or the port.

Only the few files that are compiled are taken, into the user's cache, under the hash of their
contents.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.kernel import cache, headers
from models.kernel.configuration import CHECKED, Configuration

_PORT = Path(__file__).resolve().parent.parent / "port"
REQUIRED = ("lib/xarray.c", "include/linux/xarray.h")
OPTIONAL = ("lib/radix-tree.h", "lib/test_xarray.c", "Makefile")
"""``radix-tree.h``: trees whose ``lib/xarray.c`` includes it; ``Makefile``: for the version."""

RECURSIVE = "XA_SPLIT_RECURSIVE"
"""What the port is compiled with to have its recursive split."""


class SourceError(Exception):
    """What was named cannot be opened as a kernel; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this XArray offers beyond the common interface, as its sources declare it."""

    try_split: bool
    """``xas_try_split`` and ``xas_try_split_min_order``; Linux 6.12 has neither, 7.3 both."""
    get_order: bool
    """``xas_get_order`` on a cursor."""
    lru: bool = True
    """``xas_set_lru``, which older kernels lack."""


@dataclass(frozen=True, slots=True)
class Source:
    """The sources of one XArray.

    ``name`` says what the user named and ``version`` what its Makefile says ("" without one): both
    for display only.  ``directory`` holds the files; ``units`` are the C files to compile, with
    ``defines``; ``sha256`` gives the hash of each file, by its path in the tree.  ``prefix``: it is
    the kernel after some patches of a series only, and that it does not compile is a finding.
    ``title`` is what reports call it, "" for its version or name; ``lineage`` what it was made
    from, None where that is not known; ``configuration`` what it is compiled for.
    """

    name: str
    version: str
    directory: Path
    units: tuple[str, ...]
    sha256: Mapping[str, str]
    capabilities: Capabilities
    defines: tuple[str, ...] = ()
    prefix: bool = False
    title: str = ""
    lineage: Lineage | None = field(default=None, compare=False, repr=False)
    configuration: Configuration = CHECKED

    @property
    def is_port(self) -> bool:
        """Whether it is the embedded C port, and no kernel: a kernel may have no version."""
        return self.directory == _PORT

    @property
    def has_kernel_test(self) -> bool:
        """Whether the tree's own test, ``lib/test_xarray.c``, came with it."""
        return "lib/test_xarray.c" in self.sha256

    def configured(self, configuration: Configuration) -> Source:
        """The same for another configuration, with all that it was made from."""
        lineage = self.lineage
        if lineage is not None:
            lineage = replace(
                lineage,
                base=lineage.base.configured(configuration),
                steps=tuple(
                    replace(one, source=one.source and one.source.configured(configuration))
                    for one in lineage.steps
                ),
            )
        offered = self.capabilities if configuration.multi else Capabilities(False, False)
        return replace(self, configuration=configuration, capabilities=offered, lineage=lineage)


@dataclass(frozen=True, slots=True)
class Step:
    """A patch or commit on the way from a base to a source: ``label`` is "patch 2 of 4" or "commit
    0123456789ab", ``source`` what there is after it, None of the last: the source itself."""

    label: str
    subject: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A series as it was posted: ``subject`` without its tags in brackets but for RFC and version,
    ``message_id`` with angle brackets and ``date`` as in the mail, "" where there is none."""

    subject: str
    message_id: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a source was made from: ``base``, and the ``steps`` from there on that change code under
    test, the last leading to the source.  ``patches`` counts all that were applied, ``letters`` are
    the series; both are empty where another kernel was named as the base."""

    base: Source
    steps: tuple[Step, ...]
    patches: int = 0
    letters: tuple[Letter, ...] = ()


def open_source(
    named: str | Path, rev: str | None = None, given: headers.Given = headers.NONE
) -> Source:
    """The XArray of the kernel that a user named.

    ``named`` is a kernel tree, a tarball of one (any compression that ``tarfile`` reads) or, with
    ``rev``, a git repository; ``given`` are headers for what has no stand-in.  Raises SourceError.
    """
    path = Path(named).expanduser()
    name = path.name if path.is_file() else path.resolve().name
    files = read_files(path, rev, (*REQUIRED, *OPTIONAL))
    return keep(f"{name}@{rev}" if rev is not None else name, files, str(path), given)


def read_files(named: str | Path, rev: str | None, wanted: Sequence[str]) -> dict[str, bytes]:
    """Those of the ``wanted`` files that a kernel has, by their path in the tree; ``named`` and
    ``rev`` as in ``open_source``.  Raises SourceError."""
    path = Path(named).expanduser()
    if not path.exists():
        raise SourceError(f"{path}: no such file or folder")
    if rev is not None:
        return _from_git(path, rev, wanted)
    if path.is_dir():
        return _from_tree(path, wanted)
    return _from_tarball(path, wanted)


def port_source(recursive: bool = False) -> Source:
    """The embedded C port; ``recursive`` chooses its recursive split."""
    files = {
        path.relative_to(_PORT).as_posix(): path.read_bytes()
        for path in sorted(_PORT.rglob("*.[ch]"))
    }
    defines = (RECURSIVE,) if recursive else ()
    name = "port (recursive)" if recursive else "port"
    return _source(name, _PORT, files, defines)


def _from_tree(path: Path, wanted: Sequence[str]) -> dict[str, bytes]:
    files = {}
    for name in wanted:
        try:
            files[name] = (path / name).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise SourceError(f"{path / name}: {error.strerror}") from None
    missing = REQUIRED[0] in wanted and REQUIRED[0] not in files
    if missing and ((path / ".git").exists() or (path / "HEAD").exists()):
        raise SourceError(f"{path}: a git repository without a kernel checked out; name a revision")
    return files


def _from_git(path: Path, rev: str, wanted: Sequence[str]) -> dict[str, bytes]:
    if not path.is_dir():
        raise SourceError(f"{path}: not a folder, so it has no revision {rev}")
    if git_output(path, "rev-parse", "--git-dir") is None:
        raise SourceError(f"{path}: not a git repository")
    commit = git_output(
        path, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"
    )
    if commit is None:
        raise SourceError(f"{path}: no revision {rev} in this git repository")
    tree = commit.decode().strip()
    contents = {name: git_output(path, "show", f"{tree}:{name}") for name in wanted}
    return {name: content for name, content in contents.items() if content is not None}


def git_output(path: Path, *arguments: str) -> bytes | None:
    """What git prints, or None when it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(path), *arguments], capture_output=True, check=False
        )
    except FileNotFoundError:
        raise SourceError("git is not installed: it is needed to read a revision") from None
    return done.stdout if done.returncode == 0 else None


def _from_tarball(path: Path, wanted: Sequence[str]) -> dict[str, bytes]:
    """Reading a compressed tarball of a kernel takes many seconds, so what it held is kept."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
    digest.update(repr(sorted(wanted)).encode())

    def fill(folder: Path) -> None:
        _check(files := _read_tarball(path, {*REQUIRED, *wanted}), str(path))
        _write(folder, files)

    return _from_tree(cache.entry("tarballs", digest.hexdigest(), fill), wanted)


def _read_tarball(path: Path, wanted: Set[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    last = max(wanted).partition("/")[0]
    in_last = False
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                inner = member.name.removeprefix("./").partition("/")[2]
                content = archive.extractfile(member) if inner in wanted else None
                if content is not None:
                    files[inner] = content.read()
                # Members are sorted by folder: nothing that is wanted comes after the last one.
                left = in_last and not inner.startswith(f"{last}/")
                in_last = inner.startswith(f"{last}/")
                if wanted <= files.keys() or (left and files.keys() >= {*REQUIRED, "Makefile"}):
                    break
        if not files.keys() >= set(REQUIRED):
            # A compressed stream that is cut short can end quietly; a file that is, does not.
            with tarfile.open(path) as archive:
                archive.getmembers()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise SourceError(f"{path}: not a readable tarball ({error})") from None
    return files


def _check(files: Mapping[str, bytes], where: str) -> None:
    for wanted in REQUIRED:
        if wanted not in files:
            raise SourceError(f"{where}: not a kernel, it has no {wanted}")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def keep(
    name: str, files: dict[str, bytes], where: str, given: headers.Given = headers.NONE
) -> Source:
    """A source whose files lie in the cache, apart from everything else of their tree, with the
    headers of ``given`` that they need.

    ``where`` is named in the SourceError that is raised when a file that is needed is not among
    them.
    """
    _check(files, where)
    try:
        files = {**files, **given.needed(files)}
    except headers.HeaderError as error:
        raise SourceError(str(error)) from None
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path} {len(files[path])} ".encode() + files[path])
    folder = cache.entry("sources", digest.hexdigest(), lambda draft: _write(draft, files))
    return _source(name, folder, files, ())


def _source(
    name: str, folder: Path, files: Mapping[str, bytes], defines: tuple[str, ...]
) -> Source:
    header = files["include/linux/xarray.h"].decode(errors="replace")
    return Source(
        name,
        _version(files.get("Makefile", b"").decode(errors="replace")),
        folder,
        tuple(p for p in files if re.fullmatch(r"lib/(?!test_)\w+\.c", p)),
        {path: hashlib.sha256(content).hexdigest() for path, content in files.items()},
        Capabilities(
            try_split=_declares(header, "xas_try_split"),
            get_order=_declares(header, "xas_get_order"),
            lru=_declares(header, "xas_set_lru"),
        ),
        defines,
    )


def _declares(header: str, function: str) -> bool:
    return re.search(rf"\b{function}\s*\(", header) is not None


def _version(makefile: str) -> str:
    fields: dict[str, str] = dict(re.findall(r"^([A-Z]+) *= *(\S*)", makefile, re.MULTILINE))
    numbers = [fields[key] for key in ("VERSION", "PATCHLEVEL", "SUBLEVEL") if fields.get(key)]
    return ".".join(numbers) + fields.get("EXTRAVERSION", "")
