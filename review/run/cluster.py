# SPDX-License-Identifier: GPL-2.0-or-later
"""Tasks on the workers of a Dask cluster, which have this program installed and nothing else.

Executables go there by their content, so that every worker runs what was built here.  A worker that
is lost costs what it was at: the scheduler gives that to another.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from models.case.finding import Finding
from models.kernel import cache
from models.subject.implementation import Implementation
from review.run.executor import Executor, tell_by
from review.run.own_code import own_code

_T = TypeVar("_T")
_SECONDS = 10
"""How long a scheduler may take to answer."""
_ONE = threading.Lock()
"""Held by the task that runs in this process: driver and machines are not made for threads."""


class ClusterError(OSError):
    """The cluster cannot be used; the message is one line that says why and what to do."""


class Cluster(Executor):
    """The workers of the cluster whose scheduler has this address, such as tcp://10.0.0.1:8786."""

    def __init__(self, address: str, on_found: Callable[[Finding], None] = lambda _: None) -> None:
        super().__init__(on_found)
        try:
            from distributed import Client
        except ImportError:
            raise ClusterError(
                "a cluster needs Dask's client: pip install 'xasplit[cluster]'"
            ) from None
        try:
            self._client = Client(address, timeout=_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClusterError(f"no Dask scheduler answers at {address}: {_line(error)}") from None
        self._topic = f"xasplit-{uuid.uuid4().hex}"
        self._files: dict[Path, Any] = {}
        self._running: list[Any] = []
        try:
            self.jobs = self._checked(address)
        except BaseException:
            self._client.close()
            raise
        self._client.subscribe_topic(self._topic, self._hear)

    def _checked(self, address: str) -> int:
        """How many tasks run at once; ClusterError unless every worker has the same code."""
        try:
            workers = self._client.run(own_code, "units")
        except Exception as error:  # whatever a worker raises comes here
            raise ClusterError(
                f"a worker of the Dask cluster at {address} does not run xasplit, which has to be"
                f" installed there too: {_line(error)}"
            ) from None
        if not workers:
            raise ClusterError(f"the Dask cluster at {address} has no workers")
        other = sorted(name for name, code in workers.items() if code != own_code("units"))
        if other:
            raise ClusterError(
                f"the Dask worker {other[0]} has another version of xasplit or Python than this:"
                " install the same on all workers"
            )
        return len(workers)

    def usable(self, one: _T) -> _T | None:
        """Never: workers may run on other machines."""
        return None

    def submit(self, task: Callable[..., _T], *arguments: Any) -> Future[_T]:
        """As any executor's; a task fails where too many workers were lost with it."""
        files = {}
        for one in _implementations(arguments):
            for path in one.executables.values():
                files[str(path)] = self._content(path)
        sent = self._client.submit(
            _run, task, arguments, files, self._topic, own_code("units"), pure=False
        )
        self._running.append(sent)
        future: Future[_T] = Future()
        sent.add_done_callback(partial(_settle, future))
        return future

    def _content(self, path: Path) -> Any:
        """A file, where workers get it from one another: made by a task, and so again if lost."""
        if path not in self._files:
            self._files[path] = self._client.submit(_same, path.read_bytes(), pure=False)
        return self._files[path]

    def _hear(self, event: tuple[float, bytes]) -> None:
        self._told.put(pickle.loads(event[1]))

    def _cancel(self) -> None:
        self._client.cancel(self._running, force=True)

    def _close(self) -> None:
        self._client.unsubscribe_topic(self._topic)
        self._client.close()


def _settle(future: Future[Any], sent: Any) -> None:
    if future.cancelled():
        return
    if sent.cancelled():
        future.set_exception(ClusterError("it was cancelled on the cluster"))
    elif error := sent.exception():
        future.set_exception(error)
    else:
        future.set_result(sent.result())


def _same(content: bytes) -> bytes:
    return content


def _run(
    task: Callable[..., _T],
    arguments: tuple[Any, ...],
    files: Mapping[str, bytes],
    topic: str,
    code: str,
) -> _T:
    """On a worker: the task, with the executables that were sent."""
    from distributed import get_worker

    if own_code("units") != code:
        raise ClusterError("a worker that came later has another version of xasplit or Python")
    worker = get_worker()
    with _ONE:
        tell_by(lambda finding: worker.log_event(topic, pickle.dumps(finding)))
        return task(*(_placed(argument, files) for argument in arguments))


def _placed(argument: Any, files: Mapping[str, bytes]) -> Any:
    """An argument of a task, whose implementations are run by the executables in ``files``."""
    if isinstance(argument, Implementation):
        here = {s: _kept(path, files[str(path)]) for s, path in argument.executables.items()}
        return replace(argument, executables=here)
    if isinstance(argument, list):
        return [_placed(one, files) for one in argument]
    return argument


def _kept(path: Path, content: bytes) -> Path:
    """An executable of this content, in this user's cache."""

    def fill(folder: Path) -> None:
        made = folder / path.name
        made.write_bytes(content)
        made.chmod(0o755)

    return cache.entry("sent", hashlib.sha256(content).hexdigest(), fill) / path.name


def _implementations(arguments: tuple[Any, ...]) -> Iterator[Implementation]:
    for argument in arguments:
        if isinstance(argument, Implementation):
            yield argument
        elif isinstance(argument, list):
            yield from _implementations(tuple(argument))


def _line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
