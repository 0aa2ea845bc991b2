"""What lies between two releases: templates, their parts, line by line, and what it means for callers."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.compatibility import DEEPEST, ContractChange, contract_changes, equal, nests_deeper
from bbws_templates.bundle import Bundle
from bbws_templates.compiled import CompiledTemplate, Translation
from bbws_templates.layout import edition


class ChangeKind(StrEnum):
    """What happened to a template."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True)
class PartChange:
    """One part of a template that differs: ``diff`` is in unified form, without its file header."""

    part: str
    diff: str

    def as_dict(self) -> dict[str, str]:
        """The change as JSON members."""
        return {"part": self.part, "diff": self.diff}


@dataclass(frozen=True)
class TemplateChange:
    """What happened to one template, and what that means for those who call it."""

    name: str
    kind: ChangeKind
    parts: tuple[PartChange, ...]
    consequences: tuple[ContractChange, ...]

    @property
    def breaking(self) -> tuple[ContractChange, ...]:
        """The consequences that break callers."""
        return tuple(consequence for consequence in self.consequences if consequence.breaking)

    def as_dict(self) -> dict[str, Any]:
        """The change as JSON members."""
        return {
            "template": self.name,
            "change": self.kind.value,
            "parts": [part.as_dict() for part in self.parts],
            "contract": [
                {"field": item.field, "breaking": item.breaking, "consequence": item.consequence}
                for item in self.consequences
            ],
        }


def tells(part: str) -> bool:
    """Whether a part says something of its own.

    Compiled HTML differs in long lines wherever the source does; it is shown when nothing else explains it.
    """
    return not part.startswith(("html", "description"))


def changed_names(old: Bundle | None, new: Bundle) -> tuple[str, ...]:
    """The templates that are not the same in both, in sorted order."""
    before = old.templates if old else {}
    names = sorted(before.keys() | new.templates.keys())
    return tuple(name for name in names if not equal(before.get(name), new.templates.get(name)))


def changed_editions(old: Bundle, new: Bundle) -> tuple[str, ...]:
    """As ``changed_names``, each with the translations that ``old`` has of it: ``receipts/receipt.af``."""
    return tuple(
        edition(name, locale)
        for name in changed_names(old, new)
        if name in old.templates
        for locale in ("", *(each.locale for each in old.templates[name].translations))
    )


def template_changes(
    old: Bundle | None,
    new: Bundle,
    *,
    old_sources: Mapping[str, str] | None = None,
    new_sources: Mapping[str, str] | None = None,
) -> tuple[TemplateChange, ...]:
    """Every template that differs, in sorted order; from ``old`` None everything is added.

    The sources are the authors' texts by template name; they are compared for templates that differ.
    """
    before_sources, after_sources = old_sources or {}, new_sources or {}
    changes = []
    for name in changed_names(old, new):
        before = old.templates.get(name) if old else None
        after = new.templates.get(name)
        kind = _kind(before, after)
        texts_before = _parts(before, before_sources)
        texts_after = _parts(after, after_sources)
        parts = tuple(
            PartChange(part, unified(texts_before.get(part, ""), texts_after.get(part, "")))
            for part in {**texts_after, **texts_before}
            if texts_before.get(part, "") != texts_after.get(part, "")
        )
        changes.append(TemplateChange(name, kind, parts, _consequences(before, after)))
    return tuple(changes)


def setting_changes(old: Bundle | None, new: Bundle) -> tuple[PartChange, ...]:
    """What differs in that which a release says of all its templates; from ``old`` None, all that it says."""
    before, after = _settings(old), _settings(new)
    return tuple(
        PartChange(name, unified(before.get(name, ""), after[name]))
        for name in after
        if before.get(name, "") != after[name]
    )


def _settings(bundle: Bundle | None) -> dict[str, str]:
    if bundle is None:
        return {}
    return {
        "locale": bundle.locale,
        "time zone": bundle.time_zone,
        "time zone rules": _readable(bundle.zone_rules),
        "display": _readable(bundle.display),
        _FURTHER: _readable(bundle.further),
    }


def unified(before: str, after: str) -> str:
    """The difference of two texts, line by line, three lines of context around it."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return "\n".join(list(lines)[2:])


def _kind(before: CompiledTemplate | None, after: CompiledTemplate | None) -> ChangeKind:
    if before is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if after is None else ChangeKind.CHANGED


def _consequences(
    before: CompiledTemplate | None, after: CompiledTemplate | None
) -> tuple[ContractChange, ...]:
    if before is None:
        return ()
    if after is None:
        return (ContractChange("", True, "has no template any more: callers that ask for it fail"),)
    return (*contract_changes(before.contract, after.contract), *_languages_gone(before, after))


def _languages_gone(before: CompiledTemplate, after: CompiledTemplate) -> Iterator[ContractChange]:
    """Nobody fails who asks for one of them, and readers find themselves in another language."""
    kept = {each.locale for each in after.translations}
    for locale in (each.locale for each in before.translations if each.locale not in kept):
        yield ContractChange(
            "",
            False,
            f"give no mail in '{locale}' any more: who asks for it gets a wider language or the set's own",
        )


_FURTHER = "members of another version"


def _parts(template: CompiledTemplate | None, sources: Mapping[str, str]) -> dict[str, str]:
    """The parts in the order in which a person wants to read about them."""
    if template is None:
        return {}
    name, address = template.sender
    return {
        "subject": template.subject,
        "preheader": template.preheader,
        "sender": f"{name} <{address}>",
        "reply-to": template.reply_to,
        "audience": template.audience,
        "description": template.description,
        "stoppable": "yes" if template.stoppable else "no",
        "contract": _readable(template.contract),
        "source": sources.get(template.name, ""),
        "text": template.text,
        "html": template.html,
        **{
            f"{part} ({translation.locale})": text
            for translation in template.translations
            for part, text in _translated(template.name, translation, sources).items()
        },
        _FURTHER: _readable(template.further),
    }


def _translated(name: str, translation: Translation, sources: Mapping[str, str]) -> dict[str, str]:
    source = sources.get(edition(name, translation.locale), "")
    parts = {part: str(getattr(translation, part)) for part in ("subject", "preheader", "text", "html")}
    return {"subject": parts.pop("subject"), "preheader": parts.pop("preheader"), "source": source, **parts}


def _readable(members: Mapping[str, Any] | None) -> str:
    if members is None:
        return ""
    shown = _cut(members, DEEPEST) if nests_deeper(members, DEEPEST) else members
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _cut(value: Any, levels: int) -> Any:
    """``value`` without what lies deeper in it, which no person reads and Python does not indent."""
    if not levels and isinstance(value, dict | list):
        return "…"
    if isinstance(value, dict):
        return {name: _cut(each, levels - 1) for name, each in value.items()}
    return [_cut(each, levels - 1) for each in value] if isinstance(value, list) else value
