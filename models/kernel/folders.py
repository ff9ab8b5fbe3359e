# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole folders of a kernel, as the user names it: what its tests in ``tools/`` are built of."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.kernel import cache
from models.kernel.source import SourceError, git_output


def read_folders(
    named: str | Path, rev: str | None, folders: Sequence[str], wanted: re.Pattern[str]
) -> dict[str, bytes]:
    """The files of some folders of a kernel whose path in the tree, as a whole, is ``wanted``;
    none where there are none.  ``named`` and ``rev`` as in ``models.kernel.source.open_source``;
    links are left out.  Raises SourceError."""
    path = Path(named).expanduser()
    try:
        if rev is not None:
            return dict(_from_git(path, rev, folders, wanted))
        if path.is_dir():
            return _from_tree(path, folders, wanted)
        return _from_tarball(path, folders, wanted)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise SourceError(f"{path}: {error}") from None


def _from_tree(path: Path, folders: Sequence[str], wanted: re.Pattern[str]) -> dict[str, bytes]:
    files = {}
    for folder in folders:
        for one in sorted((path / folder).rglob("*")):
            name = one.relative_to(path).as_posix()
            if wanted.fullmatch(name) and one.is_file() and not one.is_symlink():
                files[name] = one.read_bytes()
    return files


def _from_git(
    path: Path, rev: str, folders: Sequence[str], wanted: re.Pattern[str]
) -> Iterator[tuple[str, bytes]]:
    there = (git_output(path, "ls-tree", "-d", "--name-only", rev, *folders) or b"").decode()
    packed = git_output(path, "archive", "--format=tar", rev, *there.split()) if there else None
    if packed is None:
        return
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        yield from _matching(archive, wanted, strip=False)


def _from_tarball(path: Path, folders: Sequence[str], wanted: re.Pattern[str]) -> dict[str, bytes]:
    """Reading a compressed tarball of a kernel takes many seconds, so what it held is kept."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    digest.update(repr((sorted(folders), wanted.pattern)).encode())

    def fill(draft: Path) -> None:
        with tarfile.open(path, "r|*") as archive:
            for name, content in _matching(archive, wanted, strip=True):
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                (draft / name).write_bytes(content)

    return _from_tree(cache.entry("folders", digest.hexdigest(), fill), folders, wanted)


def _matching(
    archive: tarfile.TarFile, wanted: re.Pattern[str], *, strip: bool
) -> Iterator[tuple[str, bytes]]:
    """What is wanted of an archive, without the folder that all is in if it is to be stripped."""
    for member in archive:
        name = member.name.removeprefix("./")
        name = name.partition("/")[2] if strip else name
        safe = ".." not in name.split("/") and not name.startswith("/")
        taken = wanted.fullmatch(name) and safe and member.isreg()
        content = archive.extractfile(member) if taken else None
        if content is not None:
            yield name, content.read()
