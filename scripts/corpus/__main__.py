"""``python -m scripts.corpus DIR...``: compare templates with their compiled form, in Chromium.

Each folder is a set of templates. Each template is rendered with its fixtures, else with made-up data, from
its source and from its compiled form, and shown at three views: a desktop, a phone, the dark. The computed
style of every element and every pixel have to be the same. The text part has to hold every word that Chromium
shows of the HTML, in that order, and the address of every link. The shares are printed, and each template
that is refused or differs, and each error of the checks. It exits with 1 where a template crashed, or differs
and no finding tells of it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from playwright.sync_api import Browser

from app.browser.discovery import find_browser
from app.core.loader import load_template_set
from app.core.workspace import Workspace
from app.outcomes import outcome_of
from bbws_templates.errors import BbwsTemplatesError
from scripts.corpus.looks import browser
from scripts.corpus.measurement import CRASHED, EQUAL, NOT_SHOWN, Measurement, measured

_PORTION = 12  # templates; a process loads a set, and starts a browser, once for each portion


def main() -> int:
    """Compare, print the shares, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.corpus", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    try:
        find_browser()
        portions = list(_portions(arguments.folders))
    except BbwsTemplatesError as error:
        parser.exit(outcome_of(error).exit_code, f"{error}\n")
    found: list[Measurement] = []
    total = sum(len(names) for _, names in portions)
    with ProcessPoolExecutor(arguments.processes) as pool:
        for measurements in pool.map(_measure, portions):
            found += measurements
            for measurement in measurements:
                for line in measurement.lines():
                    print(line, flush=True)
            print(f"{len(found)} of {total}", file=sys.stderr, flush=True)
    print()
    for line in shares(found):
        print(line)
    return exit_code(found)


def _portions(folders: Iterable[Path]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    for folder in folders:
        templates = load_template_set(folder, folder / "fixtures")
        names = sorted({*templates.templates, *templates.broken})
        for start in range(0, len(names), _PORTION):
            yield folder, tuple(names[start : start + _PORTION])


def _measure(portion: tuple[Path, tuple[str, ...]]) -> list[Measurement]:
    folder, names = portion
    workspace = Workspace.load(folder, folder / "fixtures")
    found: list[Measurement] = []
    while len(found) < len(names):
        with browser() as running:
            found += _until_the_browser_fails(workspace, names[len(found) :], running)
    for measurement, name in zip(found, names, strict=True):
        measurement.template = f"{folder.name}/{name}"
    return found


def _until_the_browser_fails(
    workspace: Workspace, names: Sequence[str], running: Browser
) -> Iterator[Measurement]:
    """The first of ``names``, and all others up to one that is not shown: it may want a new browser."""
    for number, name in enumerate(names):
        measurement = measured(workspace, name, running)
        if measurement.verdict != NOT_SHOWN:
            yield measurement
        else:
            if number == 0:
                yield measurement
            return


def exit_code(found: Iterable[Measurement]) -> int:
    """1 where something came out that must never be, else 0."""
    return int(any(measurement.is_failure for measurement in found))


def shares(found: Sequence[Measurement]) -> Iterator[str]:
    """The shares, line by line."""
    verdicts = Counter(measurement.verdict for measurement in found)
    for verdict, count in verdicts.most_common():
        yield f"{count:6} {100 * count / len(found):5.1f} %  {verdict}"
    compiled = [each for each in found if each.texts]
    alike = sum(each.verdict == EQUAL or each.verdict.startswith("pixels equal") for each in compiled)
    yield _share("compile as they are", sum(not _is_refused(each) for each in found), len(found))
    yield _share("of these, equal in every pixel", alike, len(compiled))
    texts = [text for each in compiled for text in each.texts]
    words = sum(len(text.seen) for text in texts)
    links = sum(text.addresses for text in texts)
    yield _share(
        "of the words seen stand in the text", words - sum(len(each.missing) for each in texts), words
    )
    yield _share("of the links", links - sum(len(each.lost_addresses) for each in texts), links)
    yield f"{sum(len(each.extra) for each in texts):6} words in a text that nobody sees in the HTML"
    errors = Counter(code for each in found for code in {error.code for error in each.errors})
    for code, count in errors.most_common():
        yield f"{count:6} templates with the error {code}"


def _is_refused(measurement: Measurement) -> bool:
    return measurement.verdict == CRASHED or measurement.verdict.startswith("refused")


def _share(what: str, part: int, whole: int) -> str:
    return f"{part:6} {100 * part / whole if whole else 100:5.1f} %  {what}, of {whole}"


if __name__ == "__main__":
    sys.exit(main())
