# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.kernel.source import port_source
from models.readers import explorer
from models.readers.build import build
from models.readers.explorer import Case, Trouble
from models.subject.build import BuildError
from specs.readers import Memory


def test_no_explorer_for_a_chunk_shift_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="chunk shift 7"):
        build(port_source(), 7)


def test_a_text_to_replace_must_be_there_once() -> None:
    with pytest.raises(BuildError, match=r"lib/xarray\.c does not have the text"):
        build(port_source(), 2, {"lib/xarray.c": ("no such text", "")})


def test_code_that_does_not_compile_is_one_line() -> None:
    with pytest.raises(BuildError, match=r"port does not compile: .*#nonsense") as told:
        build(port_source(), 2, {"lib/xarray_split.c": ("#include", "#nonsense")})
    assert "\n" not in str(told.value)


def test_a_library_call_that_stores_unseen_is_refused() -> None:
    hidden = "\t__builtin_memset(node->slots, 0, gfp);\n\treturn node;\n}\n\nvoid xas_put_spare"
    edit = {"lib/xarray_node.c": ("\treturn node;\n}\n\nvoid xas_put_spare", hidden)}
    with pytest.raises(BuildError, match="memset, whose stores cannot be followed"):
        build(port_source(), 2, edit)


def test_a_place_that_is_accessed_in_pieces_is_refused() -> None:
    edit = {
        "lib/xarray_split.c": (
            "\tnode->shift = (unsigned char)shift;\n",
            "\t*(volatile unsigned short *)&node->shift = (unsigned short)shift;\n",
        )
    }
    executable = build(port_source(), 2, edit)
    answer = explorer.run(executable, Case("split", 2, 0, 4, 4), Memory.WEAK, ("load",))
    assert answer.problem is not None and answer.problem.trouble is Trouble.UNFOLLOWED
    assert "pieces of" in answer.problem.text


def test_a_crash_of_the_writer_is_an_answer() -> None:
    edit = {
        "lib/xarray_split.c": (
            "\tnode->shift = (unsigned char)shift;\n",
            "\tnode = NULL;\n\tnode->shift = (unsigned char)shift;\n",
        )
    }
    executable = build(port_source(), 2, edit)
    answer = explorer.run(executable, Case("split", 2, 0, 4, 4), Memory.WEAK, ("load",))
    assert answer.problem is not None and not answer.results
    assert (answer.problem.trouble, answer.problem.reader) == (Trouble.CRASH, "")
