# SPDX-License-Identifier: GPL-2.0-or-later
import json

import click
import pytest
from click.testing import CliRunner

from review.cli import main
from review.commands.options import parse_order, parse_orders
from review.run.count import count


def test_the_series_case_level_by_level() -> None:
    result = count(18, 0, 6)
    assert [(level.shift, level.nodes) for level in result.levels] == [(12, 1), (6, 64), (0, 4096)]
    assert (result.nodes, result.bytes) == (4161, 2_396_736)
    assert (result.staged_nodes, result.largest_call, result.walk_nodes) == (4161, 1, 3)


def test_levels_add_up_to_the_total_everywhere() -> None:
    for s in range(1, 7):
        for order in range(64):
            for new_order in range(order + 1):
                result = count(order, new_order, s)
                assert sum(level.nodes for level in result.levels) == result.nodes
                assert result.staged_nodes == result.nodes
                assert result.walk_nodes == order // s - new_order // s


def test_a_horizontal_split_needs_no_node() -> None:
    result = count(9, 6, 6)
    assert result.levels == [] and result.nodes == result.walk_nodes == 0


@pytest.mark.parametrize(("text", "order"), [("1G", 18), ("2M", 9), ("4K", 0), ("17", 17)])
def test_orders_and_sizes(text: str, order: int) -> None:
    assert parse_order(text, 4096) == order


@pytest.mark.parametrize("text", ["64", "3G", "2K", "x", "-1", "0M", "9" * 5000])
def test_impossible_orders_are_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        parse_order(text, 4096)


def test_a_split_does_not_go_up() -> None:
    with pytest.raises(click.BadParameter, match="goes down"):
        parse_orders("4K", "1G", "4K")


def test_the_command_prints_what_the_readme_says() -> None:
    output = CliRunner().invoke(main, ["count", "1G", "4K"]).output
    assert "4,161" in output and "2,396,736" in output


def test_json_is_one_object() -> None:
    output = CliRunner().invoke(main, ["count", "1G", "4K", "--json"]).output
    assert json.loads(output)["nodes"] == 4161
