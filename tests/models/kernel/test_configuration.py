# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations: how they are written, and that code under test is really compiled for them."""

from pathlib import Path

import pytest

from models.kernel.configuration import USUAL, Configuration, parse_configuration
from models.kernel.source import open_source
from models.subject import build
from models.subject.baseline import run_test
from models.subject.build import ToolError, check_buildable, compiler
from tests.tools import has_sanitizers

MULTI_OFF = Configuration(multi=False)
NARROW = Configuration(bits=32)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("multi=off", MULTI_OFF),
        ("bits=32", NARROW),
        ("multi=off,debug=on,bits=32", Configuration(False, True, 32)),
    ],
)
def test_it_is_read_as_it_is_written(text: str, given: Configuration) -> None:
    assert parse_configuration(text) == given
    assert given.text == text
    assert parse_configuration("multi=on, bits=64, debug=off") == USUAL
    assert USUAL.text == "" and USUAL.flags == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("multy=off", "there is no option 'multy'"),
        ("bits=16", "bits is 64 or 32, not '16'"),
        ("multi", "multi is on or off, not ''"),
        ("debug=on,debug=off", "debug is given twice"),
        ("", "there is no option ''"),
    ],
)
def test_anything_else_is_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as told:
        parse_configuration(text)
    assert "\n" not in str(told.value) and "expected is one such as" in str(told.value)


def planted(tree: Path, code: str) -> Path:
    """A tree whose library does this when a cursor allocates for a split."""
    file = tree / "lib/xarray.c"
    text = file.read_text()
    assert text.count("\t(void)entry;\n") == 1
    file.write_text(text.replace("\t(void)entry;\n", f"\t(void)entry;\n{code}\n"))
    return tree


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (MULTI_OFF, "#ifndef CONFIG_XARRAY_MULTI\n\tBUG();\n#endif"),
        (NARROW, "\tif (sizeof(long) == 4)\n\t\tBUG();"),
    ],
    ids=lambda one: one.text if isinstance(one, Configuration) else "",
)
def test_what_fails_in_one_configuration_fails_in_that(
    tree: Path, given: Configuration, code: str
) -> None:
    try:
        check_buildable(given, compiler())
    except ToolError as error:
        pytest.skip(f"needs gcc-multilib: {error}")
    assert run_test(open_source(tree), 2, configuration=given).holds
    source = open_source(planted(tree, code))
    assert run_test(source, 2).holds
    assert "an assertion fails" in run_test(source, 2, configuration=given).ended


def test_a_machine_without_32_bits_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_makes_32_bits", lambda command: False)
    check_buildable(MULTI_OFF, compiler())
    with pytest.raises(ToolError, match="install gcc-multilib"):
        check_buildable(NARROW, compiler())


@pytest.mark.skipif(not has_sanitizers(), reason="needs the compiler's sanitizers")
def test_a_shift_in_int_is_told_by_the_sanitizer_alone(tree: Path) -> None:
    assert run_test(open_source(tree), 2, sanitize=True).holds
    source = open_source(
        planted(tree, "\tif (order > 1)\n\t\tgfp |= (gfp_t)(1 << (order + 30)) & 0;")
    )
    assert run_test(source, 2).holds
    done = run_test(source, 2, sanitize=True)
    assert not done.holds and "shift exponent" in done.undefined
