# SPDX-License-Identifier: GPL-2.0-or-later
"""What was worked out before, in the user's cache, by the hash of all that it depends on.

An entry says when and on which machine it was made, and is signed with a key of this user's: one
that is damaged, or that somebody else made, is none, and is not even read, for some are Python
objects.  The file may be deleted at any time, and several processes may use it at once.
"""

from __future__ import annotations

import base64
import hmac
import os
import pickle
import platform
import secrets
import sqlite3
import threading
import zlib
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache as remember
from pathlib import Path

from models.kernel import cache
from proofs.keeping import Kept
from review.run.own_code import own_code

MOST_BYTES = 256 << 20
"""Bytes of the file from which on the entries that were not used for longest go."""
_TABLE = """
    CREATE TABLE IF NOT EXISTS entries (
        kind TEXT, key TEXT, text TEXT, made TEXT, digest TEXT, used TEXT,
        PRIMARY KEY (kind, key)
    )
"""


class ResultStore:
    """The entries in one file: what ``$XASPLIT_RESULTS`` names, which may be nothing, or
    ``results.sqlite`` in the cache.

    Where the file cannot be used nothing is kept, and nothing fails.  With ``fresh`` nothing is
    taken from it, only kept.  An entry depends on the code that makes its kind.
    """

    def __init__(self, *, fresh: bool = False, keep: bool = True) -> None:
        named = os.environ.get("XASPLIT_RESULTS") if keep else ""
        path = cache.directory() / "results.sqlite" if named is None else Path(named).absolute()
        self._path = None if named == "" else path
        self._fresh = fresh

    def texts(self, kind: str) -> MutableMapping[str, str]:
        """The texts of one kind, by their keys."""
        return _Texts(self, kind)

    def get(self, kind: str, key: str) -> Kept | None:
        """What is kept under a key, if there is anything that is whole."""
        key = f"{own_code(kind)} {key}"
        with suppress(sqlite3.Error, OSError):
            if not self._fresh:
                found = self._file().execute(
                    "SELECT text, made, digest FROM entries WHERE kind = ? AND key = ?", (kind, key)
                ).fetchone()  # fmt: skip
                if found is not None and found[2] == _digest(kind, key, found[0], found[1]):
                    return Kept(found[0], found[1])
        return None

    def put(self, kind: str, key: str, text: str) -> None:
        """Keep a text under a key, instead of what was there."""
        key = f"{own_code(kind)} {key}"
        made = f"{datetime.now(UTC):%Y-%m-%d} on {_machine()}"
        row = (kind, key, text, made, _digest(kind, key, text, made), _now())
        with suppress(sqlite3.Error, OSError):
            self._file().execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)

    def read(self, kind: str, key: str) -> tuple[object, str] | None:
        """The object that is kept under a key, and when and where it was made."""
        kept = self.get(kind, key)
        if kept is None:
            return None
        try:
            return pickle.loads(zlib.decompress(base64.b64decode(kept.text))), kept.made
        except Exception:  # a pickle of what has changed since may raise anything
            return None

    def write(self, kind: str, key: str, value: object) -> None:
        """Keep an object under a key, instead of what was there."""
        if self._path is None:
            return
        text = base64.b64encode(zlib.compress(pickle.dumps(value), 1)).decode()
        self.put(kind, key, text)

    def trim(self) -> None:
        """Drop the older half of the entries where the file has become too large."""
        with suppress(sqlite3.Error, OSError):
            if self._path is not None and self._path.stat().st_size > MOST_BYTES:
                file = self._file()
                file.execute(
                    "DELETE FROM entries WHERE used <="
                    " (SELECT used FROM entries ORDER BY used LIMIT 1"
                    " OFFSET (SELECT COUNT(*) / 2 FROM entries))"
                )
                file.execute("VACUUM")

    def _file(self) -> sqlite3.Connection:
        if self._path is None:
            raise FileNotFoundError("nothing is to be kept")
        return _opened(self._path, os.getpid(), threading.get_ident())


NOWHERE = ResultStore(keep=False)
"""Where nothing is kept, and there is nothing."""


class _Texts(MutableMapping[str, str]):
    """The texts of one kind; what is kept is never listed."""

    def __init__(self, store: ResultStore, kind: str) -> None:
        self._store = store
        self._kind = kind

    def __getitem__(self, key: str) -> str:
        kept = self._store.get(self._kind, key)
        if kept is None:
            raise KeyError(key)
        return kept.text

    def __setitem__(self, key: str, text: str) -> None:
        self._store.put(self._kind, key, text)

    def __delitem__(self, key: str) -> None:
        raise NotImplementedError

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


@remember
def _opened(path: Path, process: int, thread: int) -> sqlite3.Connection:
    """The file, opened once in each process and thread."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _connected(path)
    except sqlite3.DatabaseError:
        # No database, or a damaged one: it is worth nothing.
        path.unlink(missing_ok=True)
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=10, isolation_level=None)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = NORMAL")
    file.execute(_TABLE)
    return file


def _digest(kind: str, key: str, text: str, made: str) -> str:
    signed = "\0".join((kind, key, text, made)).encode()
    return hmac.digest(_secret(), signed, "sha256").hex()


@remember
def _secret() -> bytes:
    """This user's key, made when it is first needed; where it cannot be kept, one of this process,
    so that nothing is believed later."""
    path = cache.directory() / "results.key"
    with suppress(OSError):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.{os.getpid()}")
            part.touch(mode=0o600)
            part.write_bytes(secrets.token_bytes(32))
            with suppress(FileExistsError):  # another process was faster
                os.link(part, path)
            part.unlink()
        if len(key := path.read_bytes()) == 32:
            return key
    return secrets.token_bytes(32)


def _now() -> str:
    return datetime.now(UTC).isoformat()


@remember
def _machine() -> str:
    return f"{platform.node() or 'a machine without a name'} ({platform.machine()})"
