# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps and kept cursors as test code: each statement compiles, holds on the port, and can fail."""

from pathlib import Path

import pytest

from models.case.replay import judge
from models.case.text import observed, parse_case
from models.diagnosis.kernel_statements import NoCode
from models.diagnosis.kernel_steps import checked, told
from models.diagnosis.kernel_test import function, looks
from models.diagnosis.reproducer import again, reproducer
from models.kernel.source import port_source
from models.mutants.catalogue import MUTANTS
from models.subject.implementation import examine
from tests.models.together import with_defects
from xarray_model.entries import mk_internal
from xarray_model.operations import Code, Operation

EVERYTHING = """
init(account)
store(0, 7)
store(0x80, 0, v:5)
set_mark(3, 0)
next(0x3e, 4)
prev(0x81, 3)
find(1, 0x90, pause)
find_marked(5, 0, 0x90)
try_split_min_order(7)
cursor_set(0x40)
cursor_load()
cursor_get_mark(0)
cursor_next()
cursor_prev()
cursor_pause()
cursor_find(0x90)
cursor_store(ptr2)
cursor_set_mark(1)
cursor_clear_mark(1)
cursor_reset()
cursor_find_marked(0, 0x90)
cursor_set(0, 6)
cursor_split(7, ptr1)
cursor_set(0x200)
cursor_find_marked(2)
cursor_set(0, 6)
store(0, 7)
cursor_split_alloc(7)
cursor_split_alloc(7)
store(0, 7, v:5)
cursor_split_alone(7, ptr3)
cursor_destroy()
fail(1, fail_nonblocking)
cursor_set(0x1000, 6)
cursor_create_range()
cursor_nomem()
store(0x1000)
cursor_create_range()
cursor_nomem()
cursor_set(0x200, 6)
cursor_find_conflict()
store(0x280, 7)
set_mark(0x280, 2)
find_after(0x200)
find_after(0x280, 0x2ff)
find_after_marked(0x280, 2)
extract(0, 1, 0x2ff)
extract_marked(0, 1, 2, 0x2ff)
reserve(0x300)
insert(0x300)
release(0x300)
insert(0x300, v:7)
cmpxchg(0x300, v:7, ptr2)
cmpxchg(0x281, v:7, ptr2)
store_range(0x300, 0x37f, ptr1)
destroy()
"""


def code(text: str, s: int = 6) -> str:
    case = parse_case(text).operations
    return function("it", case, s, looks(case, s)[-1])


def test_every_operation_holds_on_the_port_and_each_check_can_fail() -> None:
    case = parse_case(EVERYTHING).operations
    missing = {one for one in Code if one not in {given.code for given in case}}
    plain = {Code.SPLIT, Code.TRY_SPLIT, Code.GET_MARK, Code.LOAD, Code.GET_ORDER, Code.CLEAR_MARK}
    # Test code cannot ask for these.
    tracked = {Code.ALLOC, Code.ALLOC_CYCLIC}
    assert missing - plain - tracked == {Code.SNAPSHOT, Code.COUNT_ALLOC}
    text = code(EVERYTHING)
    assert again(port_source(), text, 6) == ("", "")
    wrong = text.replace("cursor.xa_index != 0x80", "cursor.xa_index != 0x81")
    assert wrong != text
    failed, _ = again(port_source(), wrong, 6)
    assert failed.startswith("check failed in check_it, line ")


ALLOCATING = """
init(alloc, lock_irq)
alloc(5)
alloc(5, 5)
alloc(6, 7, NULL)
release(6)
alloc_cyclic(5, nonblocking)
alloc_cyclic(5, 8)
alloc_cyclic(2, 8)
alloc_cyclic(0xffffffff)
alloc_cyclic()
"""


def test_allocations_hold_on_the_port_and_each_check_can_fail() -> None:
    text = code(ALLOCATING)
    assert again(port_source(), text, 6) == ("", "")
    for right, wrong in (
        ("id != 5", "id != 6"),
        ("next != 8", "next != 7"),
        ("result != -EBUSY", "result != 0"),
        ("result != 1", "result != 0"),
    ):
        assert right in text
        failed, _ = again(port_source(), text.replace(right, wrong), 6)
        assert failed.startswith("check failed in check_it, line ")
    with pytest.raises(NoCode, match="does not track"):
        code("alloc(1)")


def test_entries_of_no_order_are_not_asked_for_it() -> None:
    case = parse_case("store_range(1, 3)\nstore(8, 3)\n").operations
    text = function("it", case, 6, looks(case, 6)[0])
    assert "xa_load" in text and "xa_get_order" not in text
    assert again(port_source(), text, 6) == ("", "")
    assert "xa_get_order" in function("it", case, 6, looks(case, 6)[1])


def test_it_looks_as_a_person_would_write_it() -> None:
    text = code("store(0, 1)\nset_mark(0, 0)\ncursor_set(1)\ncursor_load()\ncursor_next()\n")
    assert text.splitlines()[2:] == [
        "\tXA_STATE(cursor, xa, 1);",
        "",
        "\txa_store_order(xa, 0, 1, xa, GFP_KERNEL);",
        "\txa_set_mark(xa, 0, XA_MARK_0);",
        "\trcu_read_lock();",
        "\tXA_BUG_ON(xa, xas_load(&cursor) != xa);",
        "\tXA_BUG_ON(xa, cursor.xa_index != 1);",
        "\tXA_BUG_ON(xa, xas_next(&cursor) != NULL);",
        "\tXA_BUG_ON(xa, cursor.xa_index != 2);",
        "\trcu_read_unlock();",
        "\txa_destroy(xa);",
        "}",
    ]
    assert max(len(line.expandtabs(8)) for line in code(EVERYTHING).splitlines()) <= 88


def test_slots_as_they_are_and_runs_of_alike_steps() -> None:
    text = code("store(0, 3)\nnext(0, 12)\n")
    assert "XA_BUG_ON(xa, xas_next(&xas) != xa_mk_sibling(0));" in text
    assert "for (steps = 0; steps < 7; steps++)" in text
    assert "find_marked(&xas, ULONG_MAX, XA_MARK_1)" in code("store(3)\nfind_marked(0, 1)\n")
    every_other = "".join(f"store({2 * place})\n" for place in range(40))
    with pytest.raises(NoCode, match="would be too long"):
        code(every_other + "next(0, 80)\n")
    assert "found != 40" in code(every_other + "find(0)\n")


def test_what_there_is_no_name_for_is_not_told() -> None:
    assert not told(Operation(Code.COUNT_ALLOC, order=1, argument=1))
    with pytest.raises(NoCode, match="memory run out"):
        code("store(0, 6)\nfail(1, fail_blocking)\nsplit(0, 6 to 0)\n")
    assert checked(Operation(Code.PREV)) and not checked(Operation(Code.CURSOR_RESET))
    with pytest.raises(NoCode, match="stores no internal"):
        case = [Operation(Code.CURSOR_SET), Operation(Code.CURSOR_STORE, entry=mk_internal(257))]
        function("it", case, 6, looks(case, 6)[-1])


def test_findings_about_steps_and_pauses_have_reproducers(tmp_path: Path) -> None:
    names = ("pause-too-far", "step-from-slot")
    planted = [mutant for mutant in MUTANTS if mutant.name in names]
    edits = [(mutant.file, mutant.text, mutant.replacement) for mutant in planted]
    one = examine(with_defects(port_source(), "planted", edits, tmp_path), (6,))
    for text, name, shows in (
        ("store(0)\nstore(1)\nfind(0, 1, pause)\n", "answer-pause", "xas_pause(&xas);"),
        ("store(0, 1)\ncursor_set(1)\ncursor_load()\ncursor_next()\n", "cursor-step", "xas_next("),
    ):
        found = judge(one, 6, observed(parse_case(text).operations)[0])
        (finding,) = [each for each in found if each.property == name]
        made = reproducer(one, finding)
        assert made.reason == "" and shows in made.code
        assert made.failed.startswith("check failed") and made.chunk_shift == 6
        # What shows it is the step itself, and nothing else is looked at.
        assert "xa_get_order" not in made.code


def test_nodes_on_a_kept_cursor_have_reproducers(tmp_path: Path) -> None:
    names = ("create-range-keeps-spare", "nomem-keeps-nodes")
    planted = [mutant for mutant in MUTANTS if mutant.name in names]
    edits = [(mutant.file, mutant.text, mutant.replacement) for mutant in planted]
    one = examine(with_defects(port_source(), "planted", edits, tmp_path), (6,))
    text = """
    fail(1, fail_nonblocking)
    cursor_set(0, 6)
    cursor_create_range()
    cursor_nomem()
    store(1)
    cursor_create_range()
    """
    found = judge(one, 6, observed(parse_case(text).operations)[0])
    (finding,) = [each for each in found if each.property == "create-range-spare"]
    made = reproducer(one, finding)
    assert made.reason == "" and "xas_create_range(&cursor);" in made.code
    assert made.failed.startswith("check failed") and made.chunk_shift == 6


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("account", ["xa_init_flags(xa, XA_FLAGS_ACCOUNT);", "xas_lock(&xas);", "xa_init(xa);"]),
        ("lock_irq", ["XA_FLAGS_LOCK_IRQ);", "xas_lock_irq(&xas);", "xas_unlock_irq(&xas);"]),
        ("alloc", ["XA_FLAGS_ALLOC);", "xas_clear_mark(&xas, XA_FREE_MARK);"]),
        ("alloc, zero_busy, lock_bh", ["XA_FLAGS_LOCK_BH | XA_FLAGS_ALLOC1", "xas_lock_bh(&xas);"]),
    ],
)
def test_an_array_with_flags_is_made_so_and_its_test_code_passes(
    flags: str, expected: list[str]
) -> None:
    text = f"init({flags})\nstore(8, 3)\nset_mark(8, 1)\nsplit(9, 3 to 0)"
    operations = parse_case(text).operations
    code = function("flags", operations, 6, looks(operations, 6)[0])
    assert all(line in code for line in expected)
    assert again(port_source(), code, 6) == ("", "")
