# SPDX-License-Identifier: GPL-2.0-or-later
"""What a changed function compiles to: nothing, the same as before, or something else.

Only the changed function is compiled, by its file in which all others are declared and not
defined: as kernels are, optimised, for their usual chunk shift, without the library's debug
assertions and debug information.  What changes nothing but such an assertion is no mutant.  What
then is the same is equivalent; what differs only where other functions are known to the compiler
is found by ``whole``.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from models.kernel.source import Source
from models.mutants.machine_made.change import Change
from models.mutants.machine_made.functions import Function, functions
from models.subject.build import OPTIMISED, compiler, flags_of, preprocessing

CHUNK_SHIFT = 6
STRICT = (
    "-Werror=implicit-function-declaration",
    "-Werror=incompatible-pointer-types",
    "-Werror=int-conversion",
    "-Werror=return-type",
)
"""What no kernel is built with."""
_INLINED = b"always_inline"


class Alone:
    """Compiles the changes of one function of a source by itself."""

    def __init__(self, source: Source, function: Function) -> None:
        self._source = source
        self._function = function
        self._contents = (source.directory / function.file).read_bytes()
        # What is inlined in any case must be there.
        self._others = [
            one.body
            for one in functions(function.file, self._contents)
            if one.start != function.start
            and _INLINED not in self._contents[one.start : one.body[0]]
        ]

    def original(self) -> str | None:
        """A hash of the object of the function as it is; None if it does not compile so."""
        return self._compiled(self._contents, 0, 0)

    def changed(self, change: Change) -> str | None:
        """The same with a change; None if that does not compile."""
        longer = len(change.text) - (change.end - change.start)
        return self._compiled(change.applied(self._contents), change.start, longer)

    def _compiled(self, text: bytes, start: int, longer: int) -> str | None:
        for first, last in sorted(self._others, reverse=True):
            shift = longer if first > start else 0
            lines = b"\n" * text.count(b"\n", first + shift, last + shift)
            text = text[: first + shift] + b";" + lines + text[last + shift :]
        # Its address is taken: it is compiled though nothing here calls it.
        text += f"\nvoid *xasplit_kept = (void *){self._function.name};\n".encode()
        return compiled(self._source, self._function.file, text)


def whole(source: Source, file: str, text: bytes) -> str | None:
    """A hash of what a whole unit comes to with these contents; None if it does not compile."""
    return compiled(source, file, text)


def compiled(source: Source, file: str, text: bytes) -> str | None:
    """A hash of the object of ``text``, in the place of ``file`` of a source; None where it does
    not compile."""
    command = [
        *compiler(), OPTIMISED, *flags_of(source), "-g0", *STRICT,
        *preprocessing(source, CHUNK_SHIFT), "-iquote", str(Path(file).parent),
        "-x", "c", "-c", "-", "-o",
    ]  # fmt: skip
    with tempfile.NamedTemporaryFile(prefix="xasplit-", suffix=".o") as made:
        done = subprocess.run(
            [*command, made.name],
            cwd=source.directory,
            input=f'# 1 "{file}"\n'.encode() + text,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return None
        return hashlib.sha256(Path(made.name).read_bytes()).hexdigest()
