# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured when the goals were set, by the names of measures, as it was told then.

It is of another day and maybe of another machine: ``benchmarks.machine.plain`` says how fast that
of a run is, and ratios are of two things measured in one run.
"""

from __future__ import annotations

_USAGE = "1.8 to 3 s"
BEFORE = {
    "xasplit --help": "0.3 to 0.5 s",
    "xasplit count 1G 4K": "0.5 s",
    "xasplit search --no-such-option": _USAGE,
    "xasplit review --no-such-option": _USAGE,
    "xasplit compare --no-such-option": _USAGE,
    "xasplit search --kernel no-such-kernel": _USAGE,
    "the same again": "36 to 53 s",
    "port, search": "17,000 cases/s/core, at best 38,000",
    "port, anew": "180 s",
    "port, anew, CPU": "311 s",
    "port, again, CPU": "311 s",
    "kernel, a line changed": "290 s",
    "kernel, a line changed, CPU": "about 500 s",
    "first verdict, build included": "after the port's part",
    "verify kernel, 1 job": "118 s",
    "make test": "1,113 s",
}
