# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs the units of a search, as the user names it; nothing is begun yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.case.finding import Finding
    from review.run.executor import Executor


@dataclass(frozen=True, slots=True)
class Workers:
    """What runs the units of a search: ``jobs`` processes of this machine, or those of the Dask
    cluster whose scheduler has the address ``cluster``.  What is no unit of a search, such as
    theorems, runs here, in ``jobs`` processes."""

    jobs: int
    cluster: str | None = None

    def executor(self, on_found: Callable[[Finding], None] = lambda _: None) -> Executor:
        """What runs them, to be used as a context manager.  Raises ClusterError."""
        if self.cluster is None:
            from review.run.pool import Pool

            return Pool(self.jobs, on_found)
        from review.run.cluster import Cluster

        return Cluster(self.cluster, on_found)
