"""What is said of one template, in order; from memory where nothing has changed since it was said."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from app.core.checked import KnownSet, KnownTemplate, Results, keep_results, known_results
from app.core.compiler.data_markup import AuthoredTemplate
from app.core.compiler.dependencies import Prints, files_of, graph_document, prints_still_true
from app.core.compiler.equivalence import equivalence_findings
from app.core.errors import ContractFaultError
from app.core.filenames import is_looked_into
from app.core.findings import Finding, Severity, finding_of
from app.core.judging import judge, judge_specimen
from app.core.seen_files import Memory, SeenFiles, recalled
from app.core.side_by_side import side_by_side
from app.core.sources import TemplateSet
from app.core.validation import cut_by_data
from app.core.validation.contracts import UNUSABLE, no_fixture
from app.core.validation.eyes import Eyes
from app.core.validation.translating import translation_findings
from app.core.validation.usage import fixture_findings, usage_findings
from bbws_templates.errors import BbwsTemplatesError

if TYPE_CHECKING:
    from app.core.workspace import Workspace

Found = Iterable[tuple[bool, Iterable[Finding]]]
"""Findings of one template in the order in which they are made; True with those of a render."""


@contextmanager
def results_for(
    workspace: Workspace,
    names: Sequence[str],
    *,
    memory: Memory | None,
    eyes: Eyes | None,
    workers: int,
    rest: Callable[[], None] = lambda: None,
) -> Iterator[Callable[[str], Found]]:
    """``results_of`` for templates of ``names``, by ``memory`` where nothing has changed since.

    Others are worked out by so many processes, but where ``eyes`` look: they are the session of one. ``rest``
    is called between steps of some hundredths of a second.

    Raises:
        SurroundingsError: as ``side_by_side``.
    """
    known, prints = _remembered(workspace, memory, names) if memory and not eyes else ({}, {})

    def made(name: str) -> Results:
        return [(is_render, tuple(each)) for is_render, each in results_of(workspace, name, eyes, rest)]

    # The longest first, so that no process ends long after the others.
    missing = [name for name in names if name not in known]
    missing.sort(key=partial(_renders, workspace), reverse=True)
    with side_by_side(made, missing, 1 if eyes else workers) as found:

        def results(name: str) -> Found:
            if name in known:
                return known[name]
            results = found(name)
            if memory and name in prints:
                keep_results(memory, prints[name], results)
            return results

        yield results


def _renders(workspace: Workspace, name: str) -> int:
    sets = workspace.templates
    source = sets.templates.get(name) or sets.translations.get(name)
    return len(source.fixtures) if source else 0


def _remembered(
    workspace: Workspace, memory: Memory, names: Sequence[str]
) -> tuple[dict[str, Results], dict[str, str]]:
    """Of templates of ``names`` what is known, and the fingerprints of those that can be read.

    Of which files each template is made is remembered as well: of those that are unchanged only the text is
    read. A workspace that knows by itself, as that of a server does, is not asked for it.
    """
    templates = workspace.templates
    if all(map(workspace.knows_fingerprint, names)):
        own = {name: workspace.fingerprint(name) for name in names if name in templates}
        return _kept(memory, own), own
    unchanged = _graph(memory, templates)
    prints: dict[str, tuple[str, Sequence[str]]] = dict(unchanged)
    for name in names:
        if name not in prints and name in templates:
            read = [each.file.label for each in workspace.dependencies(name)]
            prints[name] = (workspace.fingerprint(name), read)
    if len(prints) > len(unchanged):
        memory.keep(_key_of_graph(templates), graph_document(templates, prints))
    fingerprints = {name: prints[name][0] for name in names if name in prints}
    return _kept(memory, fingerprints), fingerprints


def _graph(memory: Memory, templates: TemplateSet) -> Prints:
    return recalled(memory, _key_of_graph(templates), lambda kept: prints_still_true(kept, templates)) or {}


def _key_of_graph(templates: TemplateSet) -> str:
    return f"graph {templates.root}"


def is_seen_whole(templates: TemplateSet, seen: SeenFiles) -> bool:
    """Whether the set is made of files that are ``seen``, as they were read, so that the next tells of them.

    A reference may lead to a file that no sight has: a hidden one, what an editor leaves behind, one below
    ``node_modules`` or with an ending in which nobody looks. And of a template of that name no sight has the
    fixtures, not even that there are any.
    """
    looked_into = all(is_looked_into(name.rpartition("/")[2]) for name in templates.sources)
    return looked_into and seen.holds(templates.read)


def set_as_checked(
    workspace: Workspace, memory: Memory, seen: SeenFiles, known: Mapping[str, KnownTemplate] | None
) -> KnownSet | None:
    """What the next check may take over of a set that is as it was ``seen``.

    Of a set that was unread, the ``known`` templates are as the last check left them, be it none of them; a
    set that was read cold has None, and ``memory`` says of which files its templates are made.

    None where something is broken, or there is a template of which ``memory`` says nothing that still holds.
    """
    templates = workspace.templates
    if templates.broken or templates.broken_translations or templates.broken_partials:
        return None
    is_cold = known is None
    paths = {file.label: str(file.path) for file in files_of(templates)} if is_cold else {}
    graph = _graph(memory, templates) if is_cold else {}
    made = dict(known or {})
    for name in itertools.chain(templates.templates, templates.translations):
        if name in made:
            continue
        if workspace.source(name).broken_fixtures or (is_cold and name not in graph):
            return None
        if is_cold:
            fingerprint, labels = graph[name]
            read = {paths[label] for label in labels}
        else:
            fingerprint = workspace.fingerprint(name)
            read = {str(each.file.path) for each in workspace.dependencies(name)}
        if not read <= seen.digests.keys():
            return None
        made[name] = KnownTemplate(fingerprint, frozenset(read), templates.waivers(name))
    return KnownSet(seen, made, templates.problems)


def _kept(memory: Memory, fingerprints: Mapping[str, str]) -> dict[str, Results]:
    kept = ((name, known_results(memory, each)) for name, each in fingerprints.items())
    return {name: results for name, results in kept if results is not None}


def results_of(
    workspace: Workspace,
    name: str,
    eyes: Eyes | None = None,
    rest: Callable[[], None] = lambda: None,
) -> Found:
    """The findings of one template: of its source, then per fixture; ``rest`` is called in between."""
    try:
        compilation = workspace.compilation(name)
    except BbwsTemplatesError as error:
        yield False, [finding_of(error, template=name)]
        return
    source = compilation.source
    yield False, compilation.findings
    rest()
    found = usage_findings(source, compilation, workspace.templates.settings)
    yield False, found
    yield False, translation_findings(source, workspace.templates)
    unusable = any(finding.code in UNUSABLE for finding in found)
    broken = source.broken_fixtures
    yield False, [finding_of(error, template=name, fixture=each) for each, error in broken.items()]
    if not source.fixtures:
        yield False, [no_fixture(source)] if not broken else []
        yield judge_specimen(workspace.templates, compilation, eyes)
    cut: list[tuple[Finding, ...]] = []
    authored = AuthoredTemplate(source, workspace.templates)
    for scenario, fixture in source.fixtures.items():
        rest()
        problems = () if unusable else fixture_findings(source, fixture)
        if fixture.template == name:  # What is wrong with those of the template is said of that.
            yield False, problems
        if any(problem.severity is Severity.ERROR for problem in problems):
            continue  # a render would only repeat in other words what the contract just said
        try:
            rendered = workspace.rendered(name, fixture.data)
        except ContractFaultError:
            continue  # usage_findings has named it, and no fixture can change it
        except BbwsTemplatesError as error:
            yield False, [finding_of(error, template=name, fixture=scenario)]
            continue
        judged = tuple(
            judge(workspace.templates, compilation, rendered, fixture=scenario, eyes=eyes, rest=rest)
        )
        cut.append(tuple(filter(cut_by_data, judged)))
        yield True, itertools.filterfalse(cut_by_data, judged)
        rest()
        yield (
            False,
            equivalence_findings(
                compilation, workspace.templates, rendered.shown, fixture=scenario, authored=authored
            ),
        )
    if all(cut):
        yield False, itertools.chain.from_iterable(cut)
