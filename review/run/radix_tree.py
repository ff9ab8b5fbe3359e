# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's other test, of the kernels that a user names."""

from __future__ import annotations

from collections.abc import Sequence

from models.kernel.source import open_source
from models.subject.radix_tree import NotRun, Run, run_all
from review.run.named import NamedKernels
from review.run.subjects import patched


def of(named: NamedKernels, shifts: Sequence[int], seconds: float, not_run: list[str]) -> list[Run]:
    """The runs of each kernel at each chunk shift, of a series on the patched code; what is not run
    is added to ``not_run``, a line each.  Raises as ``models.subject.radix_tree.run_all``."""
    runs: list[Run] = []
    for kernel in named.kernels:
        if named.mailboxes:
            source = patched(kernel, named).source
        else:
            source = open_source(kernel, named.rev, named.headers)
        try:
            for shift in sorted(set(shifts)):
                runs += run_all(source, kernel, named.rev, shift, seconds)
        except NotRun as why:
            not_run.append(f"not run: tools/testing/radix-tree: {why}")
    return runs
