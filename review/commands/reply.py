# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit reply``: the answer to a series that was reviewed, as mails that are not sent."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from models.case.strict_json import FormatError
from models.kernel.mailbox import SeriesError
from models.kernel.posted import Posting, posting
from review.bundle.read import Bundle
from review.commands.mail_options import from_option, out_option
from review.commands.options import json_option
from review.report import mail
from review.report import reply as report
from review.report.output import Part, show


@click.command("reply", short_help="The answer to a series, as mails that are not sent.")
@click.argument("bundle", type=click.Path(path_type=Path))
@out_option("xasplit-reply")
@from_option
@click.option(
    "--mbox",
    "boxes",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The series as it was posted, for a bundle of --rev A..B, which does not have it.",
)
@json_option
def command(
    bundle: Path, out: Path, sender: str | None, boxes: tuple[Path, ...], as_json: bool
) -> int:
    """Write the answer to the series that BUNDLE, a review with --mbox, is of.  Nothing is sent.

    One mail for each patch that something new came with, as a reviewer answers: the hunk is quoted,
    and below it stands what breaks, the smallest case, the arrays expected and found, and a
    reproducer. What did not come with one patch alone, and that nothing new was found, is said in
    one mail to the cover letter, or to the first patch where there is none. What was there before
    the series is no remark on it. No tag such as Reviewed-by is given: read it, change it, send it.

    In-Reply-To, References, To and Cc are those of a reply to all. 'git send-email FILE' and
    'mutt -H FILE' take a mail as it is.

    \b
    Examples:
      xasplit reply xasplit-review-001
      xasplit reply bundle --from 'A Reviewer <reviewer@example.org>' --out answer
      git send-email --dry-run xasplit-reply/*.eml
      mutt -H xasplit-reply/reply-0002.eml

    Exit status: 0 they are written, 2 they could not be.
    """
    who = mail.writer(sender)
    try:
        with Bundle(bundle) as opened, tempfile.TemporaryDirectory(prefix="xasplit-") as scratch:
            posted = _posting(opened, boxes, Path(scratch))
            made = report.letters(opened.manifest, opened.read, posted)
            _check_threads(made)
            mails = [
                (
                    one.name,
                    mail.message(mail.answer(one.posted, who), report.body(one, opened.manifest)),
                )
                for one in made
            ]
    except (FormatError, SeriesError, report.NoSeries) as error:
        raise click.ClickException(f"{bundle}: {error}") from None
    except OSError as error:
        raise click.ClickException(f"{bundle}: {error.strerror or error}") from None
    paths = mail.write(out, mails)
    told = [
        {
            "file": str(path),
            "subject": mail.answer(one.posted, who).subject,
            "in_reply_to": one.posted.message_id,
            "findings": [remark.finding for remark in one.remarks if remark.finding],
            "remarks": len(one.remarks),
        }
        for path, one in zip(paths, made, strict=True)
    ]
    show([Part("messages", told, _lines(told))], as_json=as_json)
    return 0


def _posting(opened: Bundle, boxes: tuple[Path, ...], scratch: Path) -> Posting:
    """The mails of the series: those in the bundle, or those that the user names."""
    own = opened.manifest.options.mboxes
    if own and boxes:
        raise click.UsageError("--mbox: the bundle has the mails of the series itself")
    report.of_series(opened.manifest)
    if not own and not boxes:
        raise click.UsageError(
            "the bundle is of commits, not of mails: name the series as it was posted with --mbox"
        )
    copies = []
    for number, one in enumerate(own):
        copies.append(scratch / f"{number}.mbx")
        copies[-1].write_bytes(opened.read(one.file))
    return posting(copies or boxes, scratch)


def _check_threads(made: list[report.Letter]) -> None:
    for one in made:
        if not one.posted.message_id:
            what = f"patch {one.patch}" if one.patch else "the series"
            click.echo(f"xasplit: {what} has no Message-ID: its answer names none", err=True)


def _lines(told: list[dict[str, object]]) -> list[str]:
    lines = []
    for one in told:
        many = one["remarks"]
        said = "nothing new" if not many else "1 remark" if many == 1 else f"{many} remarks"
        lines.append(f"{one['file']}: {one['subject']} ({said})")
    return [*lines, "Nothing was sent."]
