# SPDX-License-Identifier: GPL-2.0-or-later
"""Series as they were posted, of which some headers are as no program should write them."""

from pathlib import Path

import pytest

from models.kernel.mailbox import SeriesError
from models.kernel.posted import Hunk, Posting, posting

DIFF = """\
diff --git a/lib/xarray.c b/lib/xarray.c
--- a/lib/xarray.c
+++ b/lib/xarray.c
@@ -1,3 +1,2 @@ static void one(void)
 a
--- b
 c
@@ -10 +9,2 @@ static void two(void)
-d
+e
+f
\\ No newline at end of file
-- 
2.39.5
"""  # noqa: W291  (as git writes it)


def mail(subject: str, *headers: str, body: str = DIFF) -> str:
    lines = [f"Subject: {subject}", *headers]
    return "From x Thu Jan  1 00:00:00 1970\n" + "\n".join(lines) + f"\n\n---\n{body}\n"


def read(tmp_path: Path, *boxes: str) -> Posting:
    paths = [tmp_path / f"{number}.mbx" for number in range(len(boxes))]
    for path, text in zip(paths, boxes, strict=True):
        path.write_text(text)
    (tmp_path / "scratch").mkdir()
    return posting(paths, tmp_path / "scratch")


def test_a_cover_letter_and_patches_out_of_order(tmp_path: Path) -> None:
    cover = mail("[PATCH v2 0/2] Both", "Message-ID: <0@x>", "From: A <a@x.org>", body="words")
    two = mail("[PATCH v2 2/2] Two", "Message-ID: <2@x>", "References: <0@x>\n\t<1@x>")
    one = mail("[PATCH v2 1/2] One", "Message-ID: <1@x>", "In-Reply-To: <0@x>")
    found = read(tmp_path, cover + two + one)
    assert found.cover is not None and found.first is found.cover
    assert (found.cover.message_id, found.cover.sender) == ("<0@x>", ("A", "a@x.org"))
    assert [one.subject for one in found.patches] == ["[PATCH v2 1/2] One", "[PATCH v2 2/2] Two"]
    assert [one.references for one in found.patches] == [("<0@x>",), ("<0@x>", "<1@x>")]


def test_without_a_cover_letter_the_first_patch_is_the_series(tmp_path: Path) -> None:
    found = read(tmp_path, mail("[PATCH] One", "Message-Id: <1@x>"), mail("[PATCH] Two"))
    assert found.cover is None and found.first is found.patches[0]
    assert [one.message_id for one in found.patches] == ["<1@x>", ""]


def test_hunks_with_lines_that_look_like_others(tmp_path: Path) -> None:
    (one,) = read(tmp_path, mail("[PATCH] One")).patches
    file = "lib/xarray.c"
    assert one.hunks == (
        Hunk(file, "@@ -1,3 +1,2 @@ static void one(void)", 1, (" a", "--- b", " c")),
        Hunk(
            file, "@@ -10 +9,2 @@ static void two(void)", 9,
            ("-d", "+e", "+f", "\\ No newline at end of file"),
        ),
    )  # fmt: skip


def test_a_bare_diff_has_no_headers(tmp_path: Path) -> None:
    (one,) = read(tmp_path, DIFF).patches
    assert (one.subject, one.message_id, one.sender) == ("", "", ("", ""))
    assert len(one.hunks) == 2


def test_names_of_every_coding_and_addresses_that_are_none(tmp_path: Path) -> None:
    headers = (
        "From: =?utf-8?q?J=C3=BCrgen?= <j@x.org>",
        "To: Jörg <k@x.org>, nobody, =?no-such?q?x?= <l@x.org>",
        "Cc: undisclosed:;, <m@x.org>, =?ÿ?q?x?= <n@x.org>",
        "Reply-To: <list@x.org>",
        "Message-ID: no identity",
    )
    (one,) = read(tmp_path, mail("[PATCH] One\x07", *headers)).patches
    assert one.sender == ("Jürgen", "j@x.org") and one.reply_to == ("", "list@x.org")
    assert [address for _, address in one.others] == ["k@x.org", "l@x.org", "m@x.org", "n@x.org"]
    assert one.others[0][0] == "Jörg"
    assert one.message_id == "" and "\x07" not in one.subject


def test_what_is_no_series(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match="no patch in it"):
        read(tmp_path, "Subject: words\n\nwords\n")
