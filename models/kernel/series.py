# SPDX-License-Identifier: GPL-2.0-or-later
"""Applies a patch series to a kernel's XArray: in a scratch repository, by git itself.

Only the XArray's own files are copied there and changed; whatever else a series changes is named
and left out.  The tree that the user names is read and never written to.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.kernel import headers, source
from models.kernel.mailbox import Mail, SeriesError, git, must, read_mailbox, reason
from models.kernel.source import Letter, Lineage, Source, SourceError, Step

OWN_FILES = ("include/linux/xarray.h", "lib/radix-tree.h", "lib/test_xarray.c", "lib/xarray.c")
"""``lib/radix-tree.h`` is one of them because ``lib/xarray.c`` includes it in newer trees."""
OWN_FOLDERS = ("tools/testing/radix-tree/", "tools/testing/shared/")

_OFFSET = re.compile(
    r"^(?:Checking patch (.*)\.\.\.|(Hunk #\d+ succeeded .*)|(Context reduced .*))$"
)
_REJECTED = re.compile(r"^(?:Applying patch (.*) with \d+ rejects?\.\.\.|Rejected hunk #(\d+)\.)$")


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch of a series.

    ``subject`` is its mail's, "" for a bare diff; ``files`` are those of the XArray that it
    changes, ``left_out`` the others; ``notes`` say where git applied it other than as written.
    """

    number: int
    subject: str
    files: tuple[str, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f'patch {self.number} "{self.subject}"' if self.subject else f"patch {self.number}"


@dataclass(frozen=True, slots=True)
class Series:
    """A series that was applied.

    ``base`` is the kernel without it; ``patches`` are all of its patches in order; ``prefixes`` the
    sources after each patch that changed a file of the XArray, the last being the whole series.
    """

    base: Source
    patches: tuple[Patch, ...]
    prefixes: tuple[Source, ...]

    @property
    def source(self) -> Source:
        """The XArray after the whole series."""
        return self.prefixes[-1]

    @property
    def notes(self) -> list[str]:
        """What to know about how it was applied, a line each."""
        lines = [f"{patch}: {note}" for patch in self.patches for note in patch.notes]
        left_out = sorted({name for patch in self.patches for name in patch.left_out})
        if left_out:
            lines.append(f"left out, not of the XArray: {', '.join(left_out)}")
        if not any(_compiled(name) for patch in self.patches for name in patch.files):
            lines.append("the series changes tests only: the code under test is that of the base")
        return lines

    def with_old_test(self) -> Source | None:
        """The XArray after the whole series with the base's test; None when the series leaves
        ``lib/test_xarray.c`` as it is, or the base has none."""
        new, name = self.source, "lib/test_xarray.c"
        if not self.base.has_kernel_test or new.sha256.get(name) == self.base.sha256[name]:
            return None
        files = {path: (new.directory / path).read_bytes() for path in new.sha256}
        files[name] = (self.base.directory / name).read_bytes()
        kept = source.keep(f"{new.name}, test as before it", files, new.name)
        return replace(kept, version=new.version, title=new.title)

    def code_prefixes(self) -> list[Source]:
        """The prefixes, without those after which only tests change: the last one is the series."""
        found: list[Source] = []
        for prefix in self.prefixes:
            if found and _code(found[-1]) == _code(prefix):
                found.pop()
            found.append(replace(prefix, prefix=prefix is not self.source))
        return found


def apply_series(
    named: str | Path,
    rev: str | None,
    mailboxes: Sequence[str | Path],
    given: headers.Given = headers.NONE,
) -> Series:
    """Apply the patches of ``mailboxes``, in order, to the kernel that a user named.

    ``named``, ``rev`` and ``given`` as in ``open_source``; a mailbox is an mbox, what ``b4 am``
    writes, a single patch mail or a bare diff.  The sources are called after the base and how many
    patches they have.  Raises SeriesError, or SourceError when the kernel cannot be opened.
    """
    # A kernel that is none is told of first.
    source.open_source(named, rev, given)
    with tempfile.TemporaryDirectory(prefix="xasplit-series-") as folder:
        scratch = Path(folder).resolve()
        read = [read_mailbox(Path(box).expanduser(), scratch) for box in mailboxes]
        return apply_read(named, rev, read, scratch, given)


def apply_read(
    named: str | Path,
    rev: str | None,
    read: Sequence[tuple[Sequence[Mail], Letter]],
    scratch: Path,
    given: headers.Given = headers.NONE,
) -> Series:
    """The same of mailboxes that ``read_mailbox`` has read; the folder ``scratch`` is worked in."""
    base = source.open_source(named, rev, given)
    mails = [mail for found, _ in read for mail in found]
    letters = tuple(letter for _, letter in read)
    named_by = [{*mail.files, *(old for _, old, _ in mail.moved)} for mail in mails]
    wanted = {name for names in named_by for name in names if _own(name)}
    everything = sorted({*source.REQUIRED, *source.OPTIONAL, *wanted})
    files = source.read_files(named, rev, everything)
    tree = _repository(scratch / "tree", files, _objects(Path(named).expanduser()))
    return _with_lineage(_apply_all(base, tree, mails, given), letters)


def _with_lineage(series: Series, letters: tuple[Letter, ...]) -> Series:
    """The series with sources that know what they were made from, called by its subject."""
    subjects = " + ".join(one.subject for one in letters if one.subject)
    total = len(series.patches)
    changed = [patch for patch in series.patches if patch.files]
    steps: list[Step] = []
    prefixes: list[Source] = []
    for patch, made in zip(changed, series.prefixes, strict=True):
        if _code(made) != _code(prefixes[-1] if prefixes else series.base):
            steps.append(Step(f"patch {patch.number} of {total}", patch.subject, made))
        title = subjects
        if subjects and made is not series.source:
            title = f"{subjects}, {patch.number} of {total} patches"
        here = (*steps[:-1], *(replace(last, source=None) for last in steps[-1:]))
        lineage = Lineage(series.base, here, total, letters)
        prefixes.append(replace(made, title=title, lineage=lineage))
    return replace(series, prefixes=tuple(prefixes))


def _own(name: str) -> bool:
    return name in OWN_FILES or name.startswith(OWN_FOLDERS)


def _compiled(name: str) -> bool:
    return name in OWN_FILES and name != "lib/test_xarray.c"


def _code(one: Source) -> dict[str, str]:
    return {name: digest for name, digest in one.sha256.items() if _compiled(name)}


def _objects(named: Path) -> str:
    """The object store of the user's repository, from which git takes base blobs; "" for none."""
    if not named.is_dir():
        return ""
    done = git(named, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    return done.stdout.strip() if done.returncode == 0 else ""


def _repository(tree: Path, files: Mapping[str, bytes], objects: str) -> Path:
    """A repository of these files, which may look up blobs in another one's ``objects``."""
    tree.mkdir()
    must(git(tree, "init", "--quiet", "--template="), "git init")
    if objects:
        (tree / ".git/objects/info").mkdir(parents=True, exist_ok=True)
        (tree / ".git/objects/info/alternates").write_text(f"{objects}\n")
    for name, content in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(content)
    must(git(tree, "add", "--force", "--", *sorted(files)), "git add")
    return tree


def _apply_all(base: Source, tree: Path, mails: Sequence[Mail], given: headers.Given) -> Series:
    patches: list[Patch] = []
    prefixes: list[Source] = []
    own = sum(any(map(_own, mail.files)) for mail in mails)
    for number, mail in enumerate(mails, 1):
        files = tuple(filter(_own, mail.files))
        left_out = tuple(name for name in mail.files if not _own(name))
        patch = Patch(number, mail.subject, files, left_out)
        for kind, old, new in mail.moved:
            if kind == "rename" and _own(old) and not _own(new):
                raise SeriesError(f"{patch} moves {old} away, to {new}: it cannot be left out")
        if files:
            patch = replace(patch, notes=_apply(tree, patch, mail))
            done = len(prefixes) + 1
            added = f"{own} patch{'es' if own > 1 else ''}"
            added = added if done == own else f"{done} of {added}"
            prefixes.append(_prefix(base, tree, patch, added, given))
        patches.append(patch)
    if not prefixes:
        names = sorted({name for patch in patches for name in patch.left_out})
        raise SeriesError(
            f"the series changes no file of the XArray (left out: {', '.join(names)})"
        )
    return Series(base, tuple(patches), tuple(prefixes))


def _apply(tree: Path, patch: Patch, mail: Mail) -> tuple[str, ...]:
    """Apply one patch as ``git am -3`` does: as it stands, else three-way.  Its notes."""
    before = must(git(tree, "write-tree"), str(patch)).strip()
    options = (
        "-v",
        *(f"--include={name}" for name in (*OWN_FILES, *(f"{x}*" for x in OWN_FOLDERS))),
    )
    done = git(tree, "apply", "--index", *options, mail.diff)
    if done.returncode == 0:
        return tuple(_offsets(done.stderr))
    if git(tree, "apply", "--index", "--3way", *options, mail.diff).returncode == 0:
        return ("merged three-way: it does not apply as it stands",)
    must(git(tree, "read-tree", "--reset", "-u", before), str(patch))
    rejects = git(tree, "apply", "--reject", *options, mail.diff)
    where = _rejected(rejects.stderr) or reason(done.stderr)
    raise SeriesError(f"{patch} does not apply: {where}")


def _offsets(output: str) -> list[str]:
    """What ``git apply -v`` says about hunks that are not where the patch says."""
    notes, name = [], ""
    for line in output.splitlines():
        if found := _OFFSET.match(line):
            name = found[1] or name
            if not found[1]:
                notes.append(f"{name}: {found[2] or found[3]}".rstrip("."))
    return notes


def _rejected(output: str) -> str:
    """The hunks that ``git apply --reject -v`` could not apply, by file."""
    places = dict(re.findall(r"^error: patch failed: (.*):(\d+)$", output, re.MULTILINE))
    hunks: dict[str, list[str]] = {}
    name = ""
    for line in output.splitlines():
        if found := _REJECTED.match(line):
            if found[1]:
                name = found[1]
            else:
                hunks.setdefault(name, []).append(found[2])
    told_of = []
    for name, numbers in hunks.items():
        word = "hunks" if len(numbers) > 1 else "hunk"
        line_number = f" (the first at line {places[name]})" if name in places else ""
        told_of.append(f"{name}, {word} {', '.join(numbers)}{line_number}")
    return "; ".join(told_of)


def _prefix(base: Source, tree: Path, patch: Patch, added: str, given: headers.Given) -> Source:
    """The source as the scratch tree now has it."""
    listed = must(git(tree, "ls-files", "--stage", "-z"), str(patch))
    entries = [record.partition("\t") for record in listed.split("\0") if record]
    odd = [name for mode, _, name in entries if not mode.startswith("100")]
    if odd:
        raise SeriesError(f"{patch} makes {odd[0]} something other than a file")
    compiled = {name for _, _, name in entries} & {*source.REQUIRED, *source.OPTIONAL}
    try:
        kept = source.keep(
            f"{base.name} + {added}",
            {name: (tree / name).read_bytes() for name in sorted(compiled)},
            str(patch),
            given,
        )
    except SourceError as error:
        raise SeriesError(f"{error}") from None
    return replace(kept, version=f"{kept.version} + {added}" if kept.version else "")
