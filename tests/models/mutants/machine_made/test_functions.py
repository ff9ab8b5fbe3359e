# SPDX-License-Identifier: GPL-2.0-or-later
from models.kernel.source import port_source
from models.mutants.machine_made.functions import SPLIT, functions, of_source, reached

TEXT = b"""\
#ifdef ONE
static int twice(int x)
{
	return 2 * x;
}
#else
static int twice(int x)
{
	return x + x;
}
#endif

void *start(struct state *state)
{
	return state ? find(state, twice(1)) : NULL;
}
"""


def test_finds_each_definition_and_what_it_calls() -> None:
    found = functions("lib/a.c", TEXT)
    assert [(one.name, one.line) for one in found] == [("twice", 2), ("twice", 7), ("start", 13)]
    assert found[-1].calls == {"find", "twice"}
    assert TEXT[slice(*found[1].body)] == b"{\n\treturn x + x;\n}"


def test_only_what_is_compiled_counts() -> None:
    iterative, recursive = of_source(port_source()), of_source(port_source(recursive=True))
    assert "split_subtree" in recursive and "split_subtree" not in iterative
    assert "split_combine" in iterative and "split_combine" not in recursive


def test_what_splits_reaches_its_helpers_and_no_store() -> None:
    names = reached(of_source(port_source()), SPLIT)
    assert names[:4] == list(SPLIT)
    assert {"split_leaf", "xas_update", "xa_is_value"} <= set(names)
    assert "xas_store" not in names
