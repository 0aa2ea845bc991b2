"""What comes of one request for an email: the email, or the error in its place, and what is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from bbws_templates.bundle import Bundle
from bbws_templates.errors import BbwsTemplatesError, ContractProblem, RecordError, record_error
from bbws_templates.mailing import render_email
from bbws_templates.rendering import RenderWarning

if TYPE_CHECKING:
    from bbws_templates.compiled import RenderedEmail

__all__ = ["MailRequest", "Maker", "Reply", "record_error"]

MailRequest: TypeAlias = tuple[Mapping[str, Any], str | RecordError | None]
"""The data of an email, and the language that it is wanted in, or why nobody can say which."""


class Reply:
    """An email, or the error that stands in its place.

    ``template`` is the name of the template, "" where the release has none of that name. ``refused`` is what
    a lenient contract refused, ``warnings`` what the lenient rendering met. An error that is none of
    ``bbws_templates`` is a defect, or of the record's own class: it does not go from one process to another,
    where nobody would see where it was met.
    """

    # There is one for each mail, and it goes no further than the client: a record would take microseconds.
    __slots__ = ("made", "refused", "template", "warnings")

    def __init__(
        self,
        made: RenderedEmail | Exception,
        template: str,
        refused: tuple[ContractProblem, ...] = (),
        warnings: tuple[RenderWarning, ...] = (),
    ) -> None:
        self.made = made
        self.template = template
        self.refused = refused
        self.warnings = warnings

    def __reduce__(self) -> tuple[Any, ...]:
        if isinstance(self.made, Exception) and not isinstance(self.made, BbwsTemplatesError):
            raise TypeError("A defect is met again where it can be seen.")
        return Reply, (self.made, self.template, self.refused, self.warnings)


class Maker:
    """Makes emails of the template ``name`` in ``bundle``, strict or lenient, in any process."""

    __slots__ = ("bundle", "name", "strict")

    def __init__(self, bundle: Bundle, name: str, strict: bool) -> None:
        self.bundle = bundle
        self.name = name
        self.strict = strict

    def __call__(self, request: MailRequest) -> Reply:
        """One email. Nothing is logged and nothing counted: whoever asked does that."""
        data, locale = request
        known = ""
        refused: tuple[ContractProblem, ...] = ()
        try:
            fault = locale if isinstance(locale, RecordError) else None
            template = self.bundle.in_language(self.name, None if isinstance(locale, RecordError) else locale)
            known = template.name
            if template.contract is not None and self.strict:
                from bbws_templates.contract import require  # With the first mail, which waits for S3 anyway.

                require(template.contract, data, template=self.name)
            elif template.contract is not None:
                from bbws_templates.leniency import permitted

                data, refused = permitted(template.contract, data)
            if fault is not None:  # not before the contract, which says more of data that are wrong
                return Reply(fault, known, refused)
            warnings: list[RenderWarning] = []
            shown = self.bundle.shown(template, data)
            email = render_email(
                template, shown, strict=self.strict, warnings=warnings, release=self.bundle.release
            )
        except Exception as error:  # noqa: BLE001  raised where it is counted
            return Reply(error, known, refused)
        return Reply(email, known, refused, tuple(warnings))

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process needs this one template, and makes for itself what is made of it.
        whole = self.bundle
        bundle = Bundle(
            whole.release, {self.name: whole.template(self.name)}, locale=whole.locale,
            time_zone=whole.time_zone, display=whole.display, zone_rules=whole.zone_rules,
        )  # fmt: skip
        return Maker, (bundle, self.name, self.strict)
