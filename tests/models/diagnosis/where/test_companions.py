# SPDX-License-Identifier: GPL-2.0-or-later
from pathlib import Path

from models.diagnosis.where.companions import Companions
from models.diagnosis.where.text import Text

TEXT = """\
a->offset = 1;
RCU_INIT_POINTER(a->parent, NULL);
b->parent = NULL;
b->offset++;
c->parent = NULL;
d->slots[1] = NULL;
"""
FUNCTIONS = {("own.c", line): f"f{(line + 1) // 2}" for line in range(1, 7)}


def missing(tmp_path: Path, line: int, field: str) -> float:
    (tmp_path / "own.c").write_text(TEXT)
    return Companions(Text(tmp_path, ["own.c"]), FUNCTIONS).missing(("own.c", line), field)


def test_what_is_written_together_elsewhere_is_missing_where_one_stands_alone(
    tmp_path: Path,
) -> None:
    assert missing(tmp_path, 5, "offset") == 2 / 3


def test_nothing_is_missing_where_both_are_written_or_nothing_goes_along(tmp_path: Path) -> None:
    assert missing(tmp_path, 2, "offset") == 0
    assert missing(tmp_path, 6, "offset") == 0
    assert missing(tmp_path, 5, "count") == 0
