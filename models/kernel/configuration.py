# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations of a kernel that code under test is compiled for."""

from __future__ import annotations

from dataclasses import dataclass

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
        return self.beside(USUAL)

    def beside(self, other: Configuration) -> str:
        """What differs from another one, in the same form."""
        return ",".join(
            one for one, its in zip(self._options, other._options, strict=True) if one != its
        )

    @property
    def sentence(self) -> str:
        """All of it in words, as reports tell it."""
        multi, debug = ("with" if one else "without" for one in (self.multi, self.debug))
        return (
            f"{self.bits}-bit words, {multi} CONFIG_XARRAY_MULTI, {debug} debug assertions"
            " (XA_DEBUG)"
        )

    @property
    def _options(self) -> tuple[str, ...]:
        return (
            f"multi={'on' if self.multi else 'off'}",
            f"debug={'on' if self.debug else 'off'}",
            f"bits={self.bits}",
        )


USUAL = Configuration()
"""That of a usual 64-bit kernel."""
CHECKED = Configuration(debug=True)
"""The one that search, readers and reviews take unless told otherwise: with the assertions."""
ALL = tuple(
    Configuration(multi, debug, bits)
    for bits in (64, 32)
    for multi in (True, False)
    for debug in (True, False)
)
"""Every one, ``CHECKED`` first."""


def parse_configuration(text: str, usual: Configuration = USUAL) -> Configuration:
    """The configuration that a text names; what it does not name is as in ``usual``.  ValueError,
    with one line that says what is wrong and what is expected, for any other text."""
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
        bool(given.get("multi", usual.multi)),
        bool(given.get("debug", usual.debug)),
        given.get("bits", usual.bits),
    )
