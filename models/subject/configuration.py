# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations of a kernel that code under test is compiled for."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache

from models.subject.build import ToolError

_SWITCH = {"on": 1, "off": 0}
_OPTIONS = {"multi": _SWITCH, "debug": _SWITCH, "bits": {"64": 64, "32": 32}}
_FORM = "expected is one such as multi=off,debug=on,bits=32"


@dataclass(frozen=True, slots=True)
class Configuration:
    """``multi``: entries of several indices (``CONFIG_XARRAY_MULTI``); ``debug``: the assertions of
    the library (``XA_DEBUG``); ``bits``: of a machine word, 64 or 32."""

    multi: bool = True
    debug: bool = False
    bits: int = 64

    @property
    def flags(self) -> tuple[str, ...]:
        """The compiler's flags, after those that are the same for all."""
        return (
            *(() if self.multi else ("-UCONFIG_XARRAY_MULTI",)),
            *(("-m32",) if self.bits == 32 else ()),
        )

    @property
    def text(self) -> str:
        """What differs from the usual one, as ``parse_configuration`` reads it; "" if nothing."""
        told = [
            *([] if self.multi else ["multi=off"]),
            *(["debug=on"] if self.debug else []),
            *(["bits=32"] if self.bits == 32 else []),
        ]
        return ",".join(told)


USUAL = Configuration()
"""That of a usual 64-bit kernel."""


def parse_configuration(text: str) -> Configuration:
    """The configuration that a text names; what it does not name is as usual.  ValueError, with one
    line that says what is wrong and what is expected, for any other text."""
    given: dict[str, int] = {}
    for part in text.split(","):
        name, _, value = (one.strip() for one in part.partition("="))
        choices = _OPTIONS.get(name)
        if choices is None:
            raise ValueError(f"there is no option {name[:20]!r} of a configuration; {_FORM}")
        if name in given:
            raise ValueError(f"{name} is given twice; {_FORM}")
        if value not in choices:
            raise ValueError(f"{name} is {' or '.join(choices)}, not {value[:20]!r}; {_FORM}")
        given[name] = choices[value]
    return Configuration(
        bool(given.get("multi", 1)), bool(given.get("debug", 0)), given.get("bits", 64)
    )


def check_buildable(configuration: Configuration, command: tuple[str, ...]) -> None:
    """ToolError where this machine's compiler makes no programs for a configuration."""
    if configuration.bits == 32 and not _makes_32_bits(command):
        raise ToolError("no 32-bit program can be built here: install gcc-multilib")


@cache
def _makes_32_bits(command: tuple[str, ...]) -> bool:
    text = b"int main(void) { return sizeof(long) != 4; }"
    made = ["-m32", "-x", "c", "-", "-o", "/dev/null"]
    done = subprocess.run([*command, *made], input=text, capture_output=True, check=False)
    return done.returncode == 0
