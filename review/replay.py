# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit replay``: run a counterexample file again."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

import click

from models import counterexample, explanation
from models.build import BuildError
from models.comparison import ENDS
from models.counterexample import Counterexample
from models.finding import Finding
from models.implementation import Implementation, examine
from models.kernel.source import Source
from models.replay import Replay, replay
from models.strict_json import FormatError
from models.worker import Status
from review import subjects
from review.options import json_option
from xarray_model.errors import PreconditionError


@click.command("replay", short_help="Run a counterexample file again.")
@click.argument("file", type=click.Path(path_type=Path))
@subjects.kernel_options
@json_option
def command(
    file: Path,
    kernels: tuple[str, ...],
    rev: str | None,
    mailboxes: tuple[str, ...],
    each_patch: bool,
    sanitize: bool,
    as_json: bool,
) -> int:
    """Run the case of a counterexample FILE again, and judge it anew.

    Without --kernel it runs on the C port, if the file tells of the port.

    \b
    Examples:
      xasplit replay xasplit-counterexamples/port-node-count.json
      xasplit replay finding.json --kernel /usr/src/linux-source-6.12.tar.xz

    Exit status: 0 nothing breaks, 1 the property or another one breaks, 2 the file or the
    environment is at fault.
    """
    example = _load(file)
    sources = subjects.kernel_sources(kernels, rev, mailboxes, each_patch)
    sources = sources or [_port(example, file)]
    sanitize = sanitize or example.finding.property == ENDS[Status.SANITIZER][0]
    done = [(source, _run(source, example, sanitize, file)) for source in sources]
    if as_json:
        click.echo(json.dumps([_as_json(one, example, result) for one, result in done], indent=2))
    else:
        for source, result in done:
            click.echo("\n".join(_lines(source, example, result)))
    return 1 if any(result.broken for _, result in done) else 0


def _load(file: Path) -> Counterexample:
    try:
        return counterexample.load(file)
    except FormatError as error:
        raise click.ClickException(f"{file}: {error}") from None
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}.") from None


def _port(example: Counterexample, file: Path) -> Source:
    """The port that the file tells of."""
    name = example.finding.implementation
    ports = {source.name: source for source in subjects.port_sources()}
    if name not in ports:
        raise click.ClickException(f"{file} is about {name}: name its source with --kernel.")
    return ports[name]


def _run(source: Source, example: Counterexample, sanitize: bool, file: Path) -> Replay:
    try:
        implementation: Implementation = examine(
            source, (example.finding.chunk_shift,), sanitize=sanitize
        )
        return replay(implementation, example.finding)
    except BuildError as error:
        raise click.ClickException(str(error)) from None
    except (PreconditionError, ValueError) as error:
        raise click.ClickException(f"{file}: the case cannot be judged: {error}") from None


def _lines(source: Source, example: Counterexample, result: Replay) -> Sequence[str]:
    known = example.finding
    same = dict(example.sources) == dict(source.sha256)
    lines = [
        f"{source.name}: {len(known.operations)} operations at chunk shift {known.chunk_shift}"
        + ("" if same else ", not on the source that the file tells of"),
        f"{known.property}: {known.statement}",
    ]
    if result.still is not None:
        lines += ["  still breaks.", *_shown(result.still)]
    else:
        lines.append("  holds, but something else breaks." if result.others else "  holds.")
    for other in result.others:
        lines.append(f"{other.property}: {other.statement}")
        lines += ["  breaks.", *_shown(other)]
    if not result.same_model:
        lines.append("The model does not answer what the file expects: it has changed since.")
    return lines


def _shown(finding: Finding) -> list[str]:
    """What an operation did, and how that differs from what the model expects."""
    told = [f"operation {finding.operation}: {finding.detail}"]
    told += explanation.differences(finding)[:8]
    return [line for one in told for line in _wrapped(one)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 72, initial_indent="    ", subsequent_indent="      ")


def _as_json(source: Source, example: Counterexample, result: Replay) -> dict[str, object]:
    return {
        "source": source.name,
        "same_source": dict(example.sources) == dict(source.sha256),
        "same_model": result.same_model,
        "property": example.finding.property,
        "holds": result.still is None,
        "still": _detail(result.still) if result.still is not None else None,
        "others": {one.property: _detail(one) for one in result.others},
    }


def _detail(finding: Finding) -> dict[str, object]:
    return {"operation": finding.operation, "detail": finding.detail}
