"""What a Lambda uses: published templates by name, rendered.

::

    templates = TemplateClient()                       # once, outside of the handler; reads nothing yet
    mail = templates.render("receipts/receipt", data)  # subject, preheader, html, text, sender, release
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from bbws_templates.cache import COLD_PATIENCE, ReleaseCache, Status
from bbws_templates.compiled import CompiledTemplate, RenderedEmail
from bbws_templates.errors import BbwsTemplatesError, RecordError
from bbws_templates.log import warn
from bbws_templates.opening import open_reader
from bbws_templates.reply import Maker, Reply, record_error
from bbws_templates.settings import (
    MOST_PATIENCE,
    check_callable,
    check_kind,
    check_path,
    check_processes,
    check_seconds,
    check_text,
)
from bbws_templates.target import parse_target, target_from_environment

if TYPE_CHECKING:
    from pathlib import Path

    from bbws_templates.display import Display
    from bbws_templates.loading import Serving
    from bbws_templates.metrics import Call, Metrics

TTL: Final = 60.0
PATIENCE: Final = 3.0
DEPLOYED: Final = os.path.join(os.path.dirname(__file__), "deployed")  # noqa: PTH118, PTH120  no pathlib yet


class TemplateClient:
    """The active release of a target, held in memory. Make one per process; threads may share it.

    ``target`` is ``s3://bucket[/prefix]`` or ``file:///directory``; without one, the bucket is that of
    ``TEMPLATE_BUCKET_NAME``, else ``bbws-templates-`` with ``ENVIRONMENT``, in the region ``AWS_REGION``.
    ``release`` pins a release by its whole id. ``ttl`` is how many seconds a release is served before the
    pointer is looked at again; ``patience`` how many seconds that may take before the last known good release
    is served instead, and ``cold_patience`` how many at least where there is nothing else to serve.
    ``fallback`` is a release directory, or a ``bundle.json``, deployed along with the
    code, for when there is not even that; ``TEMPLATE_FALLBACK`` names it as well. ``metrics`` are told of
    every mail; without them nobody is, for a library owns no output.

    Raises:
        TargetError: it is not said where the templates are, or not in a form that is understood.
        SettingError: any of the others is nothing that it can be set to.
        DamagedReleaseError: ``release`` is text, and not a whole id.
    """

    def __init__(
        self,
        target: str = "",
        *,
        release: str = "",
        ttl: float = TTL,
        patience: float = PATIENCE,
        cold_patience: float = COLD_PATIENCE,
        fallback: str | Path | None = None,
        clock: Callable[[], float] | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        region = os.environ.get("AWS_REGION", "")
        given: object = target
        is_said = given is not None and given != ""
        place = parse_target(target, region=region) if is_said else target_from_environment()
        release = check_text("release", release, "Write the whole id of a release, 64 hexadecimal digits.")
        ttl = check_seconds("ttl", ttl)
        patience = check_seconds("patience", patience, MOST_PATIENCE)
        cold_patience = check_seconds("cold_patience", cold_patience, MOST_PATIENCE)
        check_callable("clock", clock)
        if metrics is not None:
            from bbws_templates.metrics import Metrics  # whoever has some has imported it

            check_kind("metrics", metrics, Metrics)
        self._place = place
        self._metrics = metrics
        self._is_pinned = bool(release)
        self._cache = ReleaseCache(
            # Who gives up is the cache: no socket may do so before the longest time that it would wait; nor
            # at once, as an answer that nobody has waited for is of use to the next mail.
            lambda: open_reader(place, timeout=max(patience, cold_patience, PATIENCE)),
            place=str(place),
            pin=release,
            ttl=ttl,
            patience=patience,
            cold_patience=cold_patience,
            deployed=_fallback(fallback),
            clock=clock,
        )

    def __repr__(self) -> str:
        return f"TemplateClient({str(self._place)!r})"

    def render(
        self, name: str, data: Mapping[str, Any], *, strict: bool = True, locale: str | None = None
    ) -> RenderedEmail:
        """One email, ready to be sent. ``name`` is ``category/name``.

        ``locale`` is the language to have it in, a tag such as ``af-ZA``; where the template is not in that,
        it is taken in the next wider one, and at last in the set's own (RFC 4647, section 3.4). The mail's
        ``locale`` says which it became. What the data may be depends on no language.

        Strict, data that break the template's contract are an error that names every missing and every wrong
        variable at once. Lenient, what is missing renders empty, and so does what the contract refuses, but
        for numbers and other plain words that can do no harm (``bbws_templates.leniency``); each is logged as
        a warning, with its place and kind and without the data.

        Raises:
            ContractError, RenderError: strict, and the data do not fit.
            ContractError: lenient, and the data cannot be held against the contract to the end.
            UnknownTemplateError: the release has no such template.
            UnavailableError: there is no release to be had from anywhere.
        """
        if self._metrics is None:
            return self._render(name, data, strict, locale, None)
        with self._metrics.call(is_pinned=self._is_pinned) as call:
            return self._render(name, data, strict, locale, call)

    def render_many(
        self,
        name: str,
        records: Iterable[Mapping[str, Any]],
        *,
        strict: bool = True,
        locale: str | Callable[[Mapping[str, Any]], str | None] | None = None,
        processes: int | None = 1,
    ) -> Iterator[RenderedEmail | BbwsTemplatesError]:
        """One email for each of ``records``, in their order, all from the same release; nothing is held.

        ``locale`` is the language of all of them, or a function that says it of each record.

        ``processes`` is how many render, None for one on each core. More than one are started anew for each
        call that has more than some dozens of records, which takes them a tenth of a second or more. Records
        are read ahead, some dozens for each process.

        Where ``render`` raises an error, that error stands in the place of the email, and the others are
        made. So it is where the function of the language fails, or a record's own class: a ``RecordError``
        says of what kind that was. What ``records`` itself raises ends them.

        Raises:
            UnknownTemplateError, UnavailableError: as ``render``, with the first email.
            SettingError: ``processes`` is no number of processes.
        """
        if processes is not None:
            processes = check_processes("processes", processes)
        return self._many(name, records, strict, locale, processes)

    def _many(
        self,
        name: str,
        records: Iterable[Mapping[str, Any]],
        strict: bool,
        locale: str | Callable[[Mapping[str, Any]], str | None] | None,
        processes: int | None,
    ) -> Iterator[RenderedEmail | BbwsTemplatesError]:
        serving = self._cache.serving()
        # By its name as the bundle has it: no other process may know the class of the one that was given.
        maker = Maker(serving.bundle, serving.bundle.template(name).name, strict)
        requests = ((data, _language(locale, data)) for data in records)
        if processes == 1:
            yield from self._all_told(map(maker, requests), serving)
            return
        from contextlib import closing

        from bbws_templates.workers import in_turns, usable_cores

        # Closed here, and not when nobody has it any more: whoever keeps an error keeps this frame.
        with closing(in_turns(maker, requests, processes or usable_cores())) as replies:
            yield from self._all_told(replies, serving)

    def _all_told(
        self, replies: Iterable[Reply], serving: Serving
    ) -> Iterator[RenderedEmail | BbwsTemplatesError]:
        for reply in replies:
            made: RenderedEmail | BbwsTemplatesError
            try:
                made = self._told(reply, serving)
            except BbwsTemplatesError as error:
                made = error
            yield made

    def _told(self, reply: Reply, serving: Serving) -> RenderedEmail:
        if isinstance(reply.made, Exception) and not isinstance(reply.made, BbwsTemplatesError):
            reply.made = record_error(reply.made, "Making the email")
        if self._metrics is None:
            return self._settled(reply, serving, None)
        with self._metrics.call(is_pinned=self._is_pinned) as call:
            return self._settled(reply, serving, call)

    def _render(
        self, name: str, data: Mapping[str, Any], strict: bool, locale: str | None, call: Call | None
    ) -> RenderedEmail:
        serving = self._cache.serving()
        return self._settled(Maker(serving.bundle, name, strict)((data, locale)), serving, call)

    def _settled(self, reply: Reply, serving: Serving, call: Call | None) -> RenderedEmail:
        """The email, with what there is to tell told; or the error."""
        if call:
            call.status = self._cache.described(serving)
            call.template = reply.template
            call.is_refused = bool(reply.refused)
        if isinstance(reply.made, Exception):
            raise reply.made
        if reply.refused or reply.warnings:
            _report(reply)
        return reply.made

    def template(self, name: str, *, locale: str | None = None) -> CompiledTemplate:
        """A template as it was published: its parts as Mustache, its sender, its contract.

        In the language ``locale``, as ``render``; its own ``locale`` says in which it is.

        Raises:
            UnknownTemplateError, UnavailableError: as ``render``.
        """
        return self._cache.serving().bundle.in_language(name, locale)

    def display(self, *, locale: str = "") -> Display | None:
        """How the release shows values, for whoever renders by other means; None if it does not say.

        ``locale`` is that of the template that they are for; without one, the set's own.

        Raises:
            UnavailableError: as ``render``.
        """
        return self._cache.serving().bundle.display_in(locale)

    def names(self) -> tuple[str, ...]:
        """Every template of the release, in sorted order."""
        return tuple(sorted(self._cache.serving().bundle.templates))

    def status(self) -> Status:
        """Which release is served, where it came from, and what is wrong if it is not the active one.

        Raises:
            UnavailableError: as ``render``.
        """
        return self._cache.status()

    def refresh(self) -> None:
        """Look at the pointer again before the next use, whatever the TTL says.

        While another thread is at a look, nobody waits for that, and the use after it looks again.
        """
        self._cache.expire()


def _language(
    locale: str | Callable[[Mapping[str, Any]], str | None] | None, data: Mapping[str, Any]
) -> str | RecordError | None:
    """The language that ``data`` are wanted in, as plain text, which any process can be given."""
    wanted: object = locale
    if callable(locale):
        try:
            wanted = locale(data)
        except Exception as error:  # noqa: BLE001  of the caller's own, whom the other records concern as well
            return record_error(error, "The function that says the language")
    return str.__str__(wanted) if isinstance(wanted, str) else None


def _fallback(given: str | Path | None) -> Path | None:
    if given is not None and given != "":
        given = check_path("fallback", given)
    named = given or os.environ.get("TEMPLATE_FALLBACK") or (DEPLOYED if os.path.isdir(DEPLOYED) else "")  # noqa: PTH112
    if not named:
        return None
    from pathlib import Path

    return Path(named)


def _report(reply: Reply) -> None:
    from bbws_templates.contract import MAX_PROBLEMS

    # The place and the variable, never the data: those are personal.
    refused = reply.refused
    for problem in refused[:MAX_PROBLEMS]:
        warn("%s: %s", reply.template, problem)
    if len(refused) > MAX_PROBLEMS:
        warn("%s: %d more that the contract refuses", reply.template, len(refused) - MAX_PROBLEMS)
    for warning in reply.warnings:
        warn("%s: %s %s", reply.template, warning.location, warning.message)
