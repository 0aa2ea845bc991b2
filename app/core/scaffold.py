"""The files that a new template begins with: those of one that is like it, or a plain mail that stands alone.

Nothing is written here. What is made passes ``check`` as it is, and says in its own words what is to be done.
"""

from __future__ import annotations

import json
import posixpath
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from app.core.compiler.compilation import compile_template
from app.core.errors import SourceError, UnknownNameError
from app.core.locales import text_direction
from app.core.portable_names import unportable_names
from app.core.sources import Audience, Mailbox, TemplateSet, TemplateSource
from app.core.translations import choice_words, require_language
from bbws_templates.contract import DIALECT
from bbws_templates.faults import DamagedReleaseError
from bbws_templates.layout import check_name, edition

INTERNAL: Final = "_internal"
"""What the name of the version for staff ends with."""

PREFIX: Final = "[Internal] "
"""What the subject of that version begins with."""


_CUSTOMER: Final = "_customer"
"""What the name of the version for customers may end with."""


def internal_twin(name: str) -> str:
    """The name of the version for staff: ``a/order_internal`` of ``a/order`` and of ``a/order_customer``."""
    return name.removesuffix(_CUSTOMER) + INTERNAL


@dataclass(frozen=True)
class Draft:
    """The files of a new template: ``templates`` and ``fixtures`` by their path below each folder."""

    name: str
    templates: Mapping[str, str]
    fixtures: Mapping[str, str]


def drafts(
    existing: TemplateSet, name: str, *, like: str = "", internal: bool = False, sender: Mailbox | None = None
) -> tuple[Draft, ...]:
    """The template ``name``, and its version for staff when ``internal``.

    ``like`` names a template whose files are taken over, with its fixtures; without one it is a plain mail
    with one variable. ``sender`` is who sends it: without one, whoever sends most of ``existing``.

    Raises:
        SourceError: the name cannot be one, is taken, or ``like`` has no metadata; nobody is known as sender.
        UnknownNameError: there is no template ``like``.
    """
    wanted = [(name, Audience.CUSTOMER)] + ([(internal_twin(name), Audience.INTERNAL)] if internal else [])
    for each, _ in wanted:
        _require_free(existing, each)
    if not like:
        by = sender or _usual_sender(existing)
        return tuple(
            _plain(each, audience, by, has_locale=bool(existing.settings.locale)) for each, audience in wanted
        )
    if like not in existing.templates:
        raise UnknownNameError("template", like, tuple(sorted(existing.templates)))
    models = {Audience.CUSTOMER: existing.templates[like]}
    twin = existing.templates.get(internal_twin(like))
    models[Audience.INTERNAL] = twin or models[Audience.CUSTOMER]
    return tuple(
        _like(models[audience], each, audience if internal else None, sender) for each, audience in wanted
    )


def _require_free(existing: TemplateSet, name: str) -> None:
    if not name.isascii() and any(0xD800 <= ord(sign) < 0xE000 for sign in name):  # bytes of the shell's
        raise SourceError("The name is not UTF-8.", remedy="Choose another name, of letters and digits.")
    try:
        check_name(name)
    except DamagedReleaseError as error:
        raise SourceError(error.message, remedy=error.remedy) from error
    others = {*existing.templates, *existing.broken}
    known = {*unportable_names(others)}
    for problem in unportable_names({*others, name}):
        if problem not in known:
            raise SourceError(problem.message, remedy=problem.remedy)
    if "/" not in name or name.partition("/")[0] == "partials":
        raise SourceError(
            f"'{name}' is not a category and a name.", remedy="Write both, such as receipts/refund."
        )
    if name in existing.templates or name in existing.broken:
        raise SourceError(f"There is a template '{name}' already.", remedy="Choose another name.")


def _usual_sender(existing: TemplateSet) -> Mailbox:
    senders = Counter(each.metadata.sender for each in existing.templates.values() if each.metadata)
    if not senders:
        raise SourceError(
            "No template of the set says who sends it.", remedy='Say it: --sender "Name <name@example.com>".'
        )
    return senders.most_common(1)[0][0]


# --- in another language ------------------------------------------------------------------------------------


def translation_draft(existing: TemplateSet, name: str, locale: str) -> Draft:
    """The files of the template ``name`` to be translated into ``locale``, with the partials that it needs.

    Raises:
        UnknownNameError: there is no such template.
        SourceError: it is not a language for a translation, or there is one already.
        BbwsTemplatesError: the template does not compile.
    """
    if name not in existing.templates:
        raise UnknownNameError("template", name, tuple(sorted(existing.templates)))
    own = existing.templates[name]
    require_language(locale, own=existing.settings.locale, place=None, name=name)
    new = edition(name, locale)
    if new in existing.translations or new in existing.broken_translations:
        raise SourceError(f"'{name}' is there in '{locale}' already.", remedy="Edit its files.")
    files = {f"{new}.html": _in_language(own.html.text, existing.settings.locale, locale)}
    if own.text is not None:
        files[f"{new}.txt"] = own.text.text
    if own.metadata is not None:
        words = choice_words(own.metadata.contract, existing.settings.locale)
        members = {"subject": own.metadata.subject, "preheader": own.metadata.preheader}
        files[f"{new}.json"] = _json({**members, **({"words": words} if words else {})})
    for file in compile_template(replace(own, name=new, locale=locale), existing).untranslated:
        path = file.path.relative_to(existing.root)
        files[path.with_suffix(f".{locale}{path.suffix}").as_posix()] = file.text
    return Draft(new, files, {})


def _in_language(html: str, own: str, locale: str) -> str:
    """``html`` with the language that it says of itself changed, where it is written out."""
    html = html.replace(f'lang="{own}"', f'lang="{locale}"')
    before, now = text_direction(own), text_direction(locale)
    return html.replace(f'dir="{before}"', f'dir="{now}"')


# --- like another -------------------------------------------------------------------------------------------


def _like(model: TemplateSource, name: str, audience: Audience | None, sender: Mailbox | None) -> Draft:
    if model.metadata is None:
        raise SourceError(
            f"'{model.name}' has no metadata to take over.", remedy="Name another with --like, or none."
        )
    metadata: dict[str, Any] = json.loads(model.metadata.file.text)
    metadata["description"] = f"{_title(name)}: say here what it tells, and when it is sent."
    metadata["contract"]["title"] = f"Data of {name}"
    metadata["contract"].pop("description", None)
    _move_references(metadata["contract"], posixpath.dirname(model.name), posixpath.dirname(name))
    if sender:
        metadata["sender"] = {"name": sender.name, "address": sender.address}
    if audience:
        metadata["audience"] = audience.value
        subject = metadata["subject"].removeprefix(PREFIX)
        metadata["subject"] = (PREFIX if audience is Audience.INTERNAL else "") + subject
    files = {f"{name}.html": model.html.text, f"{name}.json": _json(metadata)}
    if model.text is not None:
        files[f"{name}.txt"] = model.text.text
    fixtures = {f"{name}/{scenario}.json": fixture.file.text for scenario, fixture in model.fixtures.items()}
    return Draft(name, files, fixtures)


def _move_references(schema: Any, before: str, now: str) -> None:
    """Let the references of a contract lead from its new folder to where they led from the one before."""
    if isinstance(schema, list):
        for each in schema:
            _move_references(each, before, now)
    if not isinstance(schema, dict):
        return
    for keyword, argument in schema.items():
        if keyword == "$ref" and isinstance(argument, str) and not argument.startswith("#"):
            file, mark, fragment = argument.partition("#")
            schema[keyword] = posixpath.relpath(posixpath.join(before, file), now or ".") + mark + fragment
        else:
            _move_references(argument, before, now)


# --- from nothing -------------------------------------------------------------------------------------------

_HTML: Final = """\
<!DOCTYPE html>
<html lang="{lang}" dir="{direction}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{{{{> subject}}}}</title>
  <style>
    .body {{ margin: 0; padding: 24px; background-color: #ffffff; }}
    .preheader {{ display: none; mso-hide: all; max-height: 0; overflow: hidden; }}
    .title {{ margin: 0 0 16px; color: #1a1a1a; font: bold 24px/32px Arial, sans-serif; }}
    .text {{ margin: 0 0 16px; color: #1a1a1a; font: 16px/24px Arial, sans-serif; }}
    @media (prefers-color-scheme: dark) {{
      .body {{ background-color: #1a1a1a !important; }}
      .title, .text {{ color: #f2f2f2 !important; }}
    }}
  </style>
</head>
<body class="body">
<div class="preheader" aria-hidden="true">{{{{> preheader}}}}</div>
<div role="article" aria-label="{title}" lang="{lang}">
<h1 class="title">{title}</h1>
<p class="text" dir="auto">Hello{{{{#name}}}} {{{{name}}}}{{{{/name}}}},</p>
<p class="text">Say here what has happened.</p>
</div>
</body>
</html>
"""


def _plain(name: str, audience: Audience, sender: Mailbox, *, has_locale: bool) -> Draft:
    lang, direction = ("{{> lang}}", "{{> dir}}") if has_locale else ("en", "ltr")
    title = _title(name.removesuffix(INTERNAL) if audience is Audience.INTERNAL else name)
    field = {
        "type": "string",
        "minLength": 1,
        "maxLength": 200,
        "description": "How to address the reader; without it the greeting has no name.",
        "examples": ["Lerato Mokoena"],
    }
    metadata = {
        "description": f"{_title(name)}: say here what it tells, and when it is sent.",
        "audience": audience.value,
        "sender": {"name": sender.name, "address": sender.address},
        "subject": (PREFIX if audience is Audience.INTERNAL else "") + title,
        "preheader": "Say here, in one sentence, what the reader will find in this email.",
        "contract": {
            "$schema": DIALECT,
            "title": f"Data of {name}",
            "type": "object",
            "additionalProperties": False,
            "properties": {"name": field},
        },
    }
    data: dict[str, dict[str, str]] = {
        "typical": {"name": "Lerato Mokoena"},
        "minimal": {},
        "long": {"name": " ".join(["Nkosinathi-Sibusiso"] * 10)},
        "hostile": {"name": "<script>alert('x')</script> & \"quoted\""},
    }
    return Draft(
        name,
        {
            f"{name}.html": _HTML.format(lang=lang, direction=direction, title=title),
            f"{name}.json": _json(metadata),
        },
        {f"{name}/{scenario}.json": _json(members) for scenario, members in data.items()},
    )


def _title(name: str) -> str:
    """A name in words: ``receipts/refund_internal`` is "Refund internal"."""
    words = name.rpartition("/")[2].replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _json(members: Mapping[str, Any]) -> str:
    return json.dumps(members, indent=2, ensure_ascii=False) + "\n"
