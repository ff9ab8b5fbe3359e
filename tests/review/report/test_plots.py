# SPDX-License-Identifier: GPL-2.0-or-later
import re
from xml.etree import ElementTree

import matplotlib
import pytest

from models.measure.timing import Timed
from review.report import plots
from review.run.count import count

TIMED = [Timed(6, 1, 5e-7), Timed(12, 65, 2e-5), Timed(18, 4161, 1.5e-3)]


def texts(picture: str) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(picture).iter("text")]


@pytest.mark.parametrize("s", [6, 4])
def test_all_ways_to_split_are_plotted_and_told(s: int) -> None:
    picture = plots.nodes(s)
    for way in ("at once", "in stages, largest call", "xas_try_split() walk"):
        assert way in texts(picture)
    assert f"at once, {count(22, 0, s).nodes:,} nodes for order 22" in picture
    assert f"walk, {count(22, 0, s).walk_nodes} nodes for order 22" in picture
    assert {"nodes", "bytes", "32 MiB"} <= set(texts(picture))


def points(picture: str, number: int) -> int:
    """How many points of a series are drawn."""
    lines = re.findall(r'<use [^>]*style="[^"]*var\(--series-(\d)\)[^"]*"', picture)
    return lines.count(str(number))


def test_every_point_is_drawn() -> None:
    picture = plots.nodes(6)
    # A marker of the legend comes to those of orders 6 to 22: less than a node is no point.
    assert [points(picture, number) for number in (1, 2, 3)] == [18, 18, 18]
    assert points(plots.times({"port": TIMED}, 6), 1) == 4


def test_times_are_told_of_each_implementation() -> None:
    picture = plots.times({"port": TIMED, "Linux 6.18": TIMED[:1]}, 6)
    assert {"port", "Linux 6.18", "1 ms", "1,000"} <= set(texts(picture))
    assert "port: 1.5 ms for 4,161 nodes; Linux 6.18: 0.5 \u00b5s for 1 node." in picture


def test_what_could_not_be_timed_is_told() -> None:
    picture = plots.times({"port": TIMED, "Linux 6.18": []}, 6)
    assert "Linux 6.18: no split of it could be timed." in picture
    assert points(picture, 1) == 4


def test_names_are_no_formulas_and_cannot_break_the_picture() -> None:
    name = "$x_2$ <b> & \x00 \u202e"
    picture = plots.times({name: TIMED}, 6)
    assert "$x_2$ <b> & \ufffd \ufffd" in texts(picture)


def test_colours_are_the_pages_and_the_same_plot_is_the_same_bytes() -> None:
    picture = plots.nodes(6)
    assert "currentColor" in picture and "var(--series-1)" in picture
    assert not re.search(r"(fill|stroke): #", picture)
    assert "font-family" not in picture and "http" not in picture and "<style" not in picture
    with matplotlib.rc_context({"font.size": 30, "lines.marker": "x", "axes.grid": True}):
        assert plots.nodes(6) == picture


def test_names_within_plots_differ_from_plot_to_plot() -> None:
    names = [re.findall(r'id="([^"]*)"', plots.nodes(s)) for s in (6, 4)]
    assert len(names[0]) > 2
    assert not set(names[0]) & set(names[1])
