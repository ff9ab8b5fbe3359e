# SPDX-License-Identifier: GPL-2.0-or-later
"""Our C is our own: what of it stands in a kernel too is listed, and the list is true."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests import kernels, likeness
from tests.likeness import RUN, Known, Match, Token, Unit

LISTED = Path(__file__).with_name("likeness.txt")
RELEASES = ("6.1", "6.12", "7.3")
"""The kernels that the list was made with."""
COMPARED = [one for one in kernels.ALL if any(one.is_release(name) for name in RELEASES)]

OURS = """\
/* One two three. */
static int first_free(const struct map *map, unsigned int from)
{
	for (unsigned int at = from; at < map->size; at++)
		if (!map->used[at])
			return (int)at;	// none
	return -1;
}
"""


@cache
def known(*compared: kernels.Kernel) -> Known:
    return likeness.known([one.source.directory for one in compared])


needs_kernels = pytest.mark.skipif(
    not COMPARED, reason=f"needs a kernel of {', '.join(RELEASES)} to compare with"
)


@needs_kernels
def test_what_matches_is_listed_and_what_is_listed_matches() -> None:
    every = all(any(one.is_release(name) for one in COMPARED) for name in RELEASES)
    allowed = likeness.listed(LISTED.read_text())
    assert likeness.differences(likeness.counts(known(*COMPARED)), allowed, every) == []


@needs_kernels
def test_all_of_our_c_is_compared() -> None:
    texts = {file: [unit.name for unit in text] for file, text in likeness.ours().items()}
    assert "xas_find_marked{}" in texts["port/lib/xarray_iter.c"]
    assert "update_callback{}" in texts["driver/hooks.c"]
    assert "_UPDATE" in texts["diagnosis/kernel_test.py"]
    assert {name.partition("/")[0] for name in texts} >= {"readers", "measure", "kernel", "mutants"}


def text_of(unit: Unit, renamed: bool) -> str:
    """A unit's text in another layout, with other names for its locals if ``renamed``."""
    words = (f"our_{one.text}" if renamed and one.local else one.text for one in unit.tokens)
    return "  ".join("\n" if word == likeness.DIRECTIVE_ENDS else word for word in words)


def bodies(kernel: kernels.Kernel) -> Iterator[Unit]:
    """The bodies of functions in the kernel's lib/xarray.c that are long enough to match."""
    text = (kernel.source.directory / "lib/xarray.c").read_text(errors="replace")
    for unit in likeness.units(likeness.tokens(text)):
        if unit.name.endswith("{}") and len(unit.tokens) >= RUN:
            yield unit


@kernels.each
@pytest.mark.parametrize("renamed", [False, True])
def test_a_copy_is_found(kernel: kernels.Kernel, renamed: bool, tmp_path: Path) -> None:
    found = 0
    for unit in bodies(kernel):
        copy = tmp_path / "copy.c"
        copy.write_text(f"void planted(void)\n{text_of(unit, renamed)}\n")
        (match,) = likeness.matches(
            "copy.c", likeness.units(likeness.tokens(copy.read_text())), known(kernel)
        )
        assert (match.name, match.count) == ("planted{}", len(unit.tokens)), unit.name
        found += 1
    assert found > 50


@kernels.each
def test_a_copy_that_python_writes_is_found(kernel: kernels.Kernel) -> None:
    unit = max(bodies(kernel), key=lambda one: len(one.tokens))
    words = text_of(unit, True).split("  ")
    source = f"def write(name):\n    return {[*words[:9]]} + {[*words[9:]]}\n"
    (match,) = likeness.matches("copy.py", likeness.emitted(source), known(kernel))
    assert (match.name, match.count) == ("write", len(unit.tokens))


@kernels.each
def test_a_planted_copy_is_a_difference(kernel: kernels.Kernel) -> None:
    """As a whole: what a file of ours would add to the list if a function were copied into it."""
    unit = max(bodies(kernel), key=lambda one: len(one.tokens))
    text = likeness.tokens(f"void xas_get_mark(void) {text_of(unit, True)}")
    file = "port/lib/xarray_mark.c"
    found = {
        (one.file, one.name): one.count
        for one in likeness.matches(file, likeness.units(text), known(kernel))
    }
    (told,) = likeness.differences(found, likeness.listed(LISTED.read_text()), False)
    assert told == f"{file} xas_get_mark{{}}:{len(unit.tokens)} is not in the list"


def like(text: str, other: str) -> list[Match]:
    kernel = frozenset(
        window
        for unit in likeness.units(likeness.tokens(other))
        for renamed in (False, True)
        for window in likeness.windows(unit.tokens, renamed)
    )
    return list(likeness.matches("file", likeness.units(likeness.tokens(text)), kernel))


def test_comments_layout_and_names_of_locals_do_not_hide_a_copy() -> None:
    copy = OURS.replace("at", "slot").replace("\n", "\n/* other */ ").replace("from", "start")
    counts = [(one.name, one.count) for one in like(copy, OURS)]
    assert counts == [("first_free", 13), ("first_free{}", 39)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("map->used[at]", "map->free[at]"),
        ("at < map->size; at++", "at < map->size; map++"),
        ("(int)at;	// none\n", "at;\n"),
    ],
)
def test_another_member_another_use_of_a_name_and_another_type_differ(old: str, new: str) -> None:
    assert OURS.count(old) == 1
    same, other = like(OURS, OURS), like(OURS.replace(old, new), OURS)
    assert sum(one.count for one in other) < sum(one.count for one in same)


def test_a_run_is_more_than_twelve_tokens_of_one_unit() -> None:
    line = "a.b = c(1, 2) + 3"
    assert len(likeness.tokens(line)) == 12
    body = "void f(void)\n{{ {} }}\n".format
    assert like(body(f"if [x] {line} - 1;"), body(f"while <y> {line} * 1;")) == []
    (found,) = like(body(f"if [x] {line} - 1;"), body(f"while <y> {line} - 1;"))
    assert (found.name, found.count, found.lines) == ("f{}", 16, (2, 2))
    apart = "int a;\nint b;\nint c;\nint d;\nint e;\n"
    assert like(apart, apart) == []


def test_units_and_their_names() -> None:
    text = (
        "#define ONE(x) \\\n\tf(x)\ntypedef void (*told_t)(int);\nstruct s {\n\tint a;\n};\n"
        "int f(int a);\n__attribute__((noinline)) int g(void)\n{\n\tif (f(1)) { return 2; }\n}\n"
        "static const int t[] = { 1, 2 };\n"
    )
    names = [unit.name for unit in likeness.units(likeness.tokens(text))]
    assert names == ["ONE", "told_t", "s", "f", "g", "g{}", "t"]
    assert likeness.tokens("x\n\n  y")[1] == Token("y", 3, True)


LIST = "# A note.\nA reason,\nlong.\n  a.c\n    f:14 g{}:20\n    h:13\nAnother.\n  a.c\n    i:15\n"


def test_the_list() -> None:
    allowed = likeness.listed(LIST)
    assert allowed == {("a.c", "f"): 14, ("a.c", "g{}"): 20, ("a.c", "h"): 13, ("a.c", "i"): 15}
    assert likeness.differences(dict(allowed), allowed, True) == []
    longer = {**allowed, ("a.c", "f"): 15, ("b.c", "f"): 13}
    assert likeness.differences(longer, allowed, True) == [
        "a.c f:15 is not in the list",
        "b.c f:13 is not in the list",
    ]
    shorter = {**allowed, ("a.c", "g{}"): 19}
    del shorter["a.c", "h"]
    assert likeness.differences(shorter, allowed, True) == [
        "a.c g{}:20 is in the list and no longer matches",
        "a.c h:13 is in the list and no longer matches",
    ]
    assert likeness.differences(shorter, allowed, False) == []


@pytest.mark.parametrize(
    "wrong",
    ["  a.c\n    f:14\n", "A reason.\n    f:14\n", LIST + "    f:14\n", "R.\n  a.c\n    f\n"],
)
def test_a_line_without_a_reason_or_twice_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r":|literal"):
        likeness.listed(wrong)
