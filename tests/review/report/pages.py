# SPDX-License-Identifier: GPL-2.0-or-later
"""What must be true of every page that a report is, told as a list of what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr", "base", "embed", "source"}
LOADS = {
    "src",
    "href",
    "srcset",
    "data",
    "poster",
    "action",
    "formaction",
    "background",
    "xlink:href",
}
LOADING = {"script", "link", "iframe", "object", "embed", "img", "audio", "video", "base", "form"}
POLICY = "default-src 'none'"

Attributes = dict[str, str]


class Page(HTMLParser):
    """A page, taken apart; ``wrong`` is what was seen on the way."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.elements: list[tuple[str, Attributes]] = []
        self.within: list[tuple[str, ...]] = []
        """For each element those that it is in."""
        self.texts: list[tuple[str, str]] = []
        """Every text with the element that it is in."""
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(dict(attrs)) != len(attrs):
            self.wrong.append(f"<{tag}> has an attribute twice")
        self.within.append(tuple(self.open))
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[Attributes]:
        """The attributes of every element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self) -> str:
        """All that is to be read."""
        return " ".join(" ".join(data.split()) for tag, data in self.texts if tag != "style")


def problems(text: str) -> list[str]:
    """What is wrong with a page; empty when it is as it must be."""
    page = Page(text)
    return [
        *page.wrong,
        *_active(page),
        *_named(page),
        *_outline(page),
        *_tables(page),
        *_pictures(page),
    ]


def _active(page: Page) -> list[str]:
    """Whatever runs or comes from elsewhere."""
    wrong = [f"<{tag}> runs or loads" for tag, _ in page.elements if tag in LOADING]
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            if name.startswith("on"):
                wrong.append(f"<{tag}> has {name}")
            if name in LOADS and not value.startswith("#"):
                wrong.append(f"<{tag}> refers to {value}")
            if re.search(r"url\((?!#)|@import|expression\(", value):
                wrong.append(f"<{tag}> has a style that loads")
    for tag, data in page.texts:
        if tag == "style" and re.search(r"url\(|@import", data):
            wrong.append("a style sheet loads")
    policies = [
        one["content"] for one in page.all("meta")
        if one.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    if len(policies) != 1 or not policies[0].startswith(POLICY):
        wrong.append("no policy that forbids to load")
    elif "script" in policies[0] or "http" in policies[0]:
        wrong.append("the policy permits too much")
    return wrong


def _named(page: Page) -> list[str]:
    """Names that are there twice, or are referred to and not there."""
    names = Counter(one["id"] for _, one in page.elements if "id" in one)
    wrong = [f"id {name} is there {times} times" for name, times in names.items() if times > 1]
    for tag, attributes in page.elements:
        used = attributes.get("aria-labelledby", "").split()
        used += re.findall(r"url\(#([^)]*)\)", " ".join(attributes.values()))
        if attributes.get("href", "").startswith("#"):
            used.append(attributes["href"][1:])
        wrong += [
            f"<{tag}> refers to {name}, which is not there" for name in used if not names[name]
        ]
    return wrong


def _outline(page: Page) -> list[str]:
    """Headings that leave out a level, landmarks that are missing."""
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    wrong = [
        f"h{level} follows h{before}"
        for before, level in zip([0, *levels], levels, strict=False)
        if level > before + 1
    ]
    for tag in ("h1", "main", "nav", "header", "title"):
        if len(page.all(tag)) - (len(page.all("svg")) if tag == "title" else 0) != 1:
            wrong.append(f"there must be one <{tag}>")
    if not page.all("html") or not page.all("html")[0].get("lang"):
        wrong.append("the language is not told")
    return wrong


def _tables(page: Page) -> list[str]:
    wrong = []
    if len(page.all("caption")) != len(page.all("table")):
        wrong.append("a table has no caption")
    if any(one.get("scope") not in ("col", "row", "colgroup") for one in page.all("th")):
        wrong.append("a <th> has no scope")
    return wrong


def _pictures(page: Page) -> list[str]:
    """Pictures without a role, a title and a description of their own."""
    wrong = []
    titles = [one.get("id") for one in page.all("title")]
    descriptions = [one.get("id") for one in page.all("desc")]
    for one in page.all("svg"):
        name, *more = one.get("aria-labelledby", "").split() or [""]
        if one.get("role") != "img" or name not in titles or not set(more) & set(descriptions):
            wrong.append("a picture has no alternative")
    return wrong
