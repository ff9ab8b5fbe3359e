# SPDX-License-Identifier: GPL-2.0-or-later
import re
from xml.etree import ElementTree

from models.pictures.boxes import Box, Label, Row
from models.pictures.diagram import boxes
from review.report.svg import inline, style, svg
from tests.models.pictured import PTR1, PTR2, Node, picture

SPACE = "{http://www.w3.org/2000/svg}"


def drawing() -> Box:
    below = Box("below", [Label("a < b", True)], [Row([Label("last")], (0, 0))])
    rows = [
        Row([Label("[0..3]"), Label("4 x the same")], (0,), below, repeated=True),
        Row([Label("[4]"), Label("none")], (4,)),
    ]
    return Box("above", [Label("count 5")], rows)


def parsed(*drawings: Box, title: str = "title", description: str = "words") -> ElementTree.Element:
    captions = ["before", "after"][: len(drawings)]
    return ElementTree.fromstring(svg(drawings, captions, title, description))


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter(f"{SPACE}text")]


def test_every_label_is_drawn_once() -> None:
    assert texts(parsed(drawing())) == [
        "before",
        "above",
        "count 5",
        "[0..3]  4 x the same",
        "[4]  none",
        "below",
        "!a < b",
        "last",
    ]


def test_what_differs_is_marked_by_sign_and_class() -> None:
    spans = list(parsed(drawing()).iter(f"{SPACE}tspan"))
    assert [(span.get("class"), span.text) for span in spans] == [("differs", "!a < b")]


def test_a_repeated_box_is_a_stack() -> None:
    def frames(root: ElementTree.Element) -> int:
        return sum(rect.get("class") == "box" for rect in root.iter(f"{SPACE}rect"))

    once = drawing()
    once.rows[0].repeated = False
    assert frames(parsed(once)) == 2
    assert frames(parsed(drawing())) == 4


def test_text_alternatives_are_escaped_and_without_control_characters() -> None:
    root = parsed(drawing(), title="a < b & c", description="say \x1b \x00 \ud800")
    assert root.get("role") == "img" and root.get("aria-labelledby") == "title desc"
    assert root.findtext(f"{SPACE}title") == "a < b & c"
    assert root.findtext(f"{SPACE}desc") == "say \ufffd \ufffd \ufffd"


def test_it_needs_nothing_from_elsewhere_and_knows_the_dark() -> None:
    document = svg([drawing()], ["x"], "title", "words")
    links = re.findall(r"https?://[^\"]*", document)
    assert links == ["http://www.w3.org/2000/svg"]
    assert "@import" not in document and "url(" not in document
    light, dark = document.split("@media (prefers-color-scheme:dark){")
    for name in (".ground", ".box", ".head", ".line", "text", ".differs"):
        assert f"\n{name}{{" in light and f"\n{name}{{" in dark


def edges(root: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box that is not the back of a stack, heads left out."""
    return [
        (x, y, x + float(rect.get("width", 0)), y + float(rect.get("height", 0)))
        for rect in root.iter(f"{SPACE}rect")
        if rect.get("class") == "box"
        for x, y in [(float(rect.get("x", 0)), float(rect.get("y", 0)))]
    ]


def test_boxes_are_inside_the_picture_and_do_not_overlap() -> None:
    nodes = [Node(1, [Node(0, [4 * (i + 1), 4]), Node(0, [4 * (i + 1), 8])]) for i in range(2)]
    one = picture(1, Node(2, list(nodes)))
    two = picture(1, Node(2, [PTR1, PTR2]))
    root = parsed(*boxes(one, two))
    frames = edges(root)
    assert len(frames) == 2 + 7 + 1
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for i, (left, top, right, bottom) in enumerate(frames):
        assert 0 <= left < right <= width and 0 <= top < bottom <= height
        for other in frames[i + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart


def test_text_stays_within_its_box() -> None:
    root = parsed(drawing())
    frames = edges(root)
    for text in root.iter(f"{SPACE}text"):
        if text.get("class") == "caption":
            continue
        left = float(text.get("x", 0))
        right = left + 7.23 * len("".join(text.itertext()))
        y = float(text.get("y", 0))
        assert any(
            frame[0] <= left and right <= frame[2] and frame[1] < y < frame[3] for frame in frames
        )


def test_in_a_page_names_are_its_own_and_styles_are_the_pages() -> None:
    root = ElementTree.fromstring(inline([drawing()], ["x"], "a < b", "words", "first"))
    assert root.get("aria-labelledby") == "first-title first-desc"
    names = {one.get("id") for one in root.iter() if one.get("id")}
    assert names == {"first-title", "first-desc"}
    assert root.find(f"{SPACE}style") is None
    whole = parsed(drawing())
    assert [one.tag for one in root.iter()] == [
        one.tag for one in whole.iter() if one.tag != f"{SPACE}style"
    ]


def test_the_style_of_a_page_is_limited_to_its_pictures() -> None:
    rules = [line for line in style(".tree ").splitlines() if "{" in line and line[0] != "@"]
    assert len(rules) == 3 + 2 * 6
    assert all(rule.startswith(".tree ") for rule in rules)
    assert style() in svg([drawing()], ["x"], "title", "words")
