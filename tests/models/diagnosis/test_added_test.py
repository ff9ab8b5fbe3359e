# SPDX-License-Identifier: GPL-2.0-or-later
"""A function more in a kernel's test, here in the small one of our own tree."""

import pytest

from models.diagnosis.added_test import NotAdded, added
from tests.kernel_tree import TEST

CODE = """\
static void check_help(struct xarray *xa)
{
}

static noinline void check_more(struct xarray *xa)
{
	check_help(xa);
}
"""
MULTI = CODE.replace("check_help(xa);", "xa_store_order(xa, 0, 1, xa, GFP_KERNEL);")


def test_it_is_called_after_the_others() -> None:
    made = added(TEST, CODE)
    assert made.function == "check_more"
    assert "\tcheck_split(&array);\n\tcheck_more(&array);\n" in made.text
    # All that was there is there still, in its order.
    left = made.text.replace(f"{CODE}\n", "").replace("\tcheck_more(&array);\n", "")
    assert left == TEST
    assert made.text.index("void check_split(") < made.text.index("void check_more(")


def test_an_array_just_before_what_runs_the_checks_stays_there() -> None:
    """As in kernels."""
    begin = "static int xarray_checks(void)"
    array = "static DEFINE_XARRAY(array);\n"
    test = TEST.replace(array, "").replace(begin, f"{array}\n{begin}")
    assert f"}}\n\n{array}\n{begin}" in added(test, CODE).text


def test_what_is_of_one_configuration_or_chunk_shift() -> None:
    text = added(TEST, MULTI, only_at=6).text
    assert text.count("#ifdef CONFIG_XARRAY_MULTI") == 1
    assert text.count("static noinline void check_more(struct xarray *xa)\n{\n}\n#endif") == 1
    assert "\tif (XA_CHUNK_SHIFT == 6)\n\t\tcheck_more(&array);\n" in text
    assert "#ifdef" not in added(TEST, CODE).text


def test_names_that_are_taken_get_a_number() -> None:
    code = CODE.replace("check_more", "check_split")
    made = added(added(TEST, CODE).text, code)
    assert made.function == "check_split_2"
    assert "static void check_help_2(" in made.text and "\tcheck_help_2(xa);" in made.text


@pytest.mark.parametrize(
    ("test", "code", "why"),
    [
        (TEST, "int x;\n", "static noinline void check_NAME"),
        (TEST.replace("module_init(xarray_checks);", ""), CODE, "no module_init"),
        (TEST.replace("static int xarray_checks", "int other"), CODE, "no function"),
        (TEST.replace("check_split(&array);", ";"), CODE, "calls no check"),
        (TEST.replace("DEFINE_XARRAY", "DEFINE_OTHER"), CODE, "is not defined"),
    ],
)
def test_where_it_cannot_be_added(test: str, code: str, why: str) -> None:
    with pytest.raises(NotAdded, match=why):
        added(test, code)
