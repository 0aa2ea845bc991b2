"""``render-batch``: one email for each line of a file of data, on all cores."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

import click
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from app.batch.chunks import Edition, Task
from app.batch.forms import Form, Writer
from app.batch.job import Job, faults_file, first_progress, head_of, noted_progress, progress_file
from app.batch.processes import Sharing, chunks
from app.commands.options import absence, json_option, one_tag, template_set_options, workers_option
from app.commands.output import err, out, print_json
from app.core.building import released_template
from app.core.errors import SourceError
from app.core.workspace import Workspace
from bbws_templates.bundle import template_members
from bbws_templates.client import TemplateClient
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.display import Display
from bbws_templates.files import require_file

_SHOWN: Final = 20
EXIT_FAULTS: Final = 1


@dataclass(frozen=True)
class _Chosen:
    editions: tuple[Edition, ...]
    release: str
    locale: str
    locale_field: str

    @property
    def digest(self) -> str:
        own = self.editions[0].template
        shown = [each.display.given if each.display else () for each in self.editions]
        members = canonical_json([template_members(own), shown, self.locale, self.locale_field])
        return Digest.of(self.release.encode() + members).hex


@click.command(name="render-batch")
@click.argument("name", metavar="CATEGORY/NAME")
@click.option(
    "--data",
    "data_file",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="JSON Lines: the data of one email in each line.",
)
@click.option(
    "--out",
    "result",
    metavar="PATH",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to write, or the folder with --format eml.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Form]),
    default=Form.JSONL.value,
    show_default=True,
    help="One JSON object a line, one mbox, or a file for each email.",
)
@click.option(
    "--from", "target", metavar="TARGET", default="", help="Render with the active release of a target."
)
@click.option("--release", default="", metavar="ID", help="With --from: with this release, by its whole id.")
@workers_option("How many processes render.")
@click.option(
    "--locale",
    callback=one_tag,
    metavar="TAG",
    help="The language of the emails, such as af-ZA [default: the set's].",
)
@click.option(
    "--locale-field",
    default="",
    metavar="MEMBER",
    help="The member of each line that names its language; taken out unless the contract names it.",
)
@click.option("--resume", is_flag=True, help="Go on with a batch that was interrupted.")
@json_option
@template_set_options
@click.pass_obj
def command(
    sharing: Sharing | None,
    name: str,
    data_file: Path,
    result: Path,
    form: str,
    target: str,
    release: str,
    workers: int,
    locale: str | None,
    locale_field: str,
    resume: bool,
    as_json: bool,
    templates: Path,
    fixtures: Path,
) -> None:
    """Render one email for each line of a file of data, on all cores.

    The emails are those that a Lambda would make, in the order of the data. A line of which none can be made
    is written to PATH.faults.jsonl with its number and the reason, and the others are done; the exit status
    is 1 then. A batch that was interrupted goes on with --resume, and loses and doubles nothing.
    """
    if release and not target:
        raise click.UsageError("Say with --from which target has the release.")
    editions, identity = (
        _from_target(target, release, name) if target else (_from_sources(templates, fixtures, name), "")
    )
    own, *further = (each.template.locale for each in editions)
    if locale and (lacking := absence(name, locale, own, further)):
        err.print(Text("warning: ", style="yellow").append(lacking, style="default"))
    chosen = _Chosen(editions, identity, locale or "", locale_field)
    with _opened(data_file) as data:
        job = _job(name, chosen, data, result, Form(form), is_resumed=resume)
        began = time.monotonic()
        before = job.progress.emails
        # A caller that has further machines says how the lines are shared out: examples/cluster.
        share = sharing or partial(chunks, parts=job.parts() if workers > 1 else None)
        _run(job, chosen, data, workers, share, label=str(data_file), is_quiet=as_json)
    _report(job, result, job.progress.emails - before, time.monotonic() - began, as_json=as_json)
    if job.progress.failed:
        sys.exit(EXIT_FAULTS)


def _opened(path: Path) -> BinaryIO:
    try:
        require_file(path)  # of which alone a part can be read again, where a batch goes on
        return path.open("rb")
    except OSError as error:
        raise click.BadParameter(
            f"'{path}' cannot be read: {error.strerror or error}.", param_hint="--data"
        ) from error


def _from_sources(templates: Path, fixtures: Path, name: str) -> tuple[Edition, ...]:
    workspace = Workspace.load(templates, fixtures)
    own = released_template(workspace, name)
    return _editions(own.in_language("", own=workspace.templates.settings.locale), workspace.display)


def _from_target(target: str, release: str, name: str) -> tuple[tuple[Edition, ...], str]:
    client = TemplateClient(target, release=release)
    editions = _editions(client.template(name), lambda tag: client.display(locale=tag))
    return editions, client.status().release


def _editions(own: CompiledTemplate, display: Callable[[str], Display | None]) -> tuple[Edition, ...]:
    found = (own, *(own.in_language(each.locale) for each in own.translations))
    return tuple(Edition(each, display(each.locale)) for each in found)


def _job(name: str, chosen: _Chosen, data: BinaryIO, result: Path, form: Form, *, is_resumed: bool) -> Job:
    if not result.name:
        raise click.BadParameter(f"'{result}' is no name of a file or folder to make.", param_hint="--out")
    faults = faults_file(result)
    if faults.exists() and os.path.samestat(faults.stat(), os.fstat(data.fileno())):
        raise click.UsageError(
            f"'{faults}' is where lines without an email go: it would be overwritten. Name another --out."
        )
    first = first_progress(name, chosen.digest, form, head_of(data))
    noted = noted_progress(result)
    if is_resumed:
        if noted is None:
            raise click.UsageError(
                f"There is no batch to go on with: '{progress_file(result)}' is not there."
            )
        if not noted.is_same_batch(first):
            raise SourceError(
                f"'{result}' was begun with other data, another template or another form.",
                remedy=f"Call it as then, or remove it and '{progress_file(result)}' and begin again.",
            )
        data.seek(noted.offset)
    elif noted is not None:
        raise click.UsageError(
            f"'{result}' is the result of a batch that was interrupted. Go on with --resume, or remove it "
            f"and '{progress_file(result)}'."
        )
    elif result.is_file() or (result.is_dir() and (form is not Form.EML or any(result.iterdir()))):
        raise click.UsageError(f"'{result}' exists already. Remove it, or name another --out.")
    job = Job(result, form, noted or first, data)
    job.note()
    return job


def _run(
    job: Job,
    chosen: _Chosen,
    data: BinaryIO,
    workers: int,
    share: Sharing,
    *,
    label: str,
    is_quiet: bool,
) -> None:
    writer = Writer(Form(job.progress.form), datetime.fromisoformat(job.progress.began))
    task = Task(chosen.editions, chosen.release, writer, label, chosen.locale, chosen.locale_field)
    is_done = False
    try:
        with (
            _bar(data, job, is_quiet=is_quiet) as advance,
            closing(share(task, job.lines(), workers)) as made,
        ):
            for last, chunk in made:
                shown = job.progress.failed
                job.write(chunk, last)
                for fault in chunk.faults[: max(0, _SHOWN - shown)]:
                    err.print(f"{label}:{fault.line}: {fault.sentence}")
                advance()
        is_done = True
    finally:
        if not is_done and job.progress.lines:
            err.print(f"Interrupted after line {job.progress.lines:,}. The same call with --resume goes on.")
        job.close(is_done=is_done)


@contextmanager
def _bar(data: IO[bytes], job: Job, *, is_quiet: bool) -> Iterator[Callable[[], None]]:
    """A function that shows how far the job has come: a bar with a rate and the time left on a terminal."""
    total = os.fstat(data.fileno()).st_size
    with Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=is_quiet or not err.is_terminal,
    ) as bar:
        shown = bar.add_task("", total=total, completed=job.progress.offset)
        began, before = time.monotonic(), job.progress.emails

        def advance() -> None:
            rate = (job.progress.emails - before) / max(time.monotonic() - began, 1e-9)
            words = f"{job.progress.emails:,} emails, {rate:,.0f} a second"
            bar.update(shown, completed=job.progress.offset, description=words)

        yield advance


def _report(job: Job, result: Path, made: int, seconds: float, *, as_json: bool) -> None:
    progress = job.progress
    if as_json:
        members: dict[str, Any] = {
            "template": progress.template,
            "out": str(result),
            "lines": progress.lines,
            "emails": progress.emails,
            "faults": progress.failed,
            "faultsFile": str(faults_file(result)) if progress.failed else "",
            "seconds": round(seconds, 3),
            "emailsASecond": round(made / max(seconds, 1e-9)),
        }
        print_json(members)
        return
    rate = f"{made / max(seconds, 1e-9):,.0f} a second"
    out.print(f"{progress.emails:,} emails in {seconds:,.1f} s ({rate}): {result}")
    if progress.failed:
        lines = "1 line" if progress.failed == 1 else f"{progress.failed:,} lines"
        out.print(f"{lines} without an email: {faults_file(result)}")
