"""From a compiled template and data to an email: the one path of preview, check and Lambdas."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from bbws_templates.compiled import CompiledTemplate, RenderedEmail
from bbws_templates.engine import Template
from bbws_templates.modes import Mode
from bbws_templates.rendering import RenderWarning


class Part(StrEnum):
    """The parts of an email that are Mustache."""

    HTML = "html"
    TEXT = "text"
    SUBJECT = "subject"
    PREHEADER = "preheader"


MODES: Final = {
    Part.HTML: Mode.HTML,
    Part.TEXT: Mode.TEXT,
    Part.SUBJECT: Mode.HEADER,
    Part.PREHEADER: Mode.HEADER,
}


def part_name(template: str, part: Part) -> str:
    """What errors and warnings call a part: ``receipts/receipt`` for its HTML, else ``… (subject)``."""
    return template if part is Part.HTML else f"{template} ({part})"


def parsed_part(template: CompiledTemplate, part: Part) -> Template:
    """One part of ``template``, parsed; the most recent ones are kept, so that a warm Lambda parses nothing.

    Raises:
        TemplateSyntaxError: the part is malformed Mustache.
    """
    return _parsed(part_name(template.name, part), str(getattr(template, part.value)))


def render_email(
    template: CompiledTemplate,
    data: Any,
    *,
    strict: bool = True,
    warnings: list[RenderWarning] | None = None,
    release: str = "",
) -> RenderedEmail:
    """``template`` filled with ``data``, ready to be sent; ``release`` is the id of where it came from.

    HTML is escaped and free of characters that HTML forbids; text is as the data have it; subject and
    preheader are one line each, without blanks at their ends. Whether the data fulfil the template's
    contract is not asked here: see ``bbws_templates.contract``.

    Raises:
        RenderError: as ``Template.render``, in strict or lenient mode; the location's ``file`` is
            ``part_name``, its line and column are those of the compiled part.
        TemplateSyntaxError: a part is malformed Mustache.
    """

    def rendered(part: Part) -> str:
        return parsed_part(template, part).render(data, mode=MODES[part], strict=strict, warnings=warnings)

    return RenderedEmail(
        template=template.name,
        subject=rendered(Part.SUBJECT).strip(),
        preheader=rendered(Part.PREHEADER).strip(),
        html=rendered(Part.HTML),
        text=rendered(Part.TEXT),
        sender=template.sender,
        reply_to=template.reply_to,
        release=release,
        stoppable=template.stoppable,
        locale=template.locale,
    )


# Some dozens of templates and languages, 4 parts each, of more than one release; a miss costs one parse.
@lru_cache(maxsize=256)
def _parsed(name: str, source: str) -> Template:
    return Template.parse(source, name=name)
