"""The bundle of a release: every template, in the one file that a sender reads.

``bundle.json`` is canonical JSON, ``{"format": 1, "templates": {name: {…}}}``, and the SHA-256 of its bytes
is the release id: ``sha256sum bundle.json`` proves a release, in any language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from bbws_templates.compiled import CompiledTemplate, Translation
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.documents import BUNDLE_FORMAT, decode_document, require_characters
from bbws_templates.faults import DamagedReleaseError, UnknownTemplateError
from bbws_templates.languages import best_of
from bbws_templates.layout import check_locale, check_name
from bbws_templates.record import Derived, record

if TYPE_CHECKING:
    from bbws_templates.display import Display

_MEMBERS: Final = frozenset(
    {"format", "requires", "templates", "locale", "timeZone", "timeZoneRules", "display"}
)
_PARTS: Final = ("html", "text", "subject", "preheader")
_TEXTS: Final = (*_PARTS, "replyTo", "audience", "description")
_TEMPLATE_MEMBERS: Final = frozenset({*_TEXTS, "sender", "contract", "translations", "stoppable"})


@record(frozen=True)
class Bundle:
    """The templates of one release. ``release`` is its id, 64 hexadecimal digits.

    ``locale`` is the tag of the language that the templates' own parts are in, ``time_zone`` an IANA name,
    ``zone_rules`` that zone's offsets, ``display`` data by which values are written for people; "" and None
    where the release does not say.
    ``further`` holds members that this version does not know.
    """

    release: str
    templates: Mapping[str, CompiledTemplate]
    locale: str = ""
    time_zone: str = ""
    display: Mapping[str, Any] | None = None
    further: Mapping[str, Any] | None = None
    zone_rules: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Bundle(release={self.release[:12]!r}, {len(self.templates)} templates)"

    def template(self, name: str) -> CompiledTemplate:
        """One template.

        Raises:
            UnknownTemplateError: there is none of that name.
        """
        asked: object = name  # whoever sends may take it from a message, where it may be anything
        # Of an enumeration, whose hash is that of its name, the text.
        found = self.templates.get(str.__str__(asked)) if isinstance(asked, str) else None
        if found is None:
            raise UnknownTemplateError(name, self.templates, release=self.release)
        return found

    def in_language(self, name: str, locale: str | None = None) -> CompiledTemplate:
        """One template in the language ``locale``, else in the next wider one, else in the set's own.

        Its ``locale`` says which it is.

        Raises:
            UnknownTemplateError: there is none of that name.
        """
        template = self.template(name)
        tag = ""
        if locale and template.translations:
            own = (self.locale,) if self.locale else ()
            tag = best_of(locale, (*own, *(each.locale for each in template.translations)))
        made = self._in_language.get((name, tag))
        if made is None:  # Two threads may both come here; they make equal ones.
            made = self._in_language[name, tag] = template.in_language(tag, own=self.locale)
        return made

    @Derived
    def _in_language(self) -> dict[tuple[str, str], CompiledTemplate]:
        return {}

    def shown(self, template: CompiledTemplate, data: Any) -> Any:
        """``data`` as ``template`` shows them to people, in its language: see ``bbws_templates.display``.

        As they are, where the release does not say how values are shown.
        """
        how = self.display_in(template.locale)
        return data if how is None else how.prepared(template.name, template.contract, data)

    def display_in(self, locale: str = "") -> Display | None:
        """How the release shows values in a language, without one in the set's own; None if not said."""
        if not self.display:
            return None
        tag = locale or self.locale
        is_one_of_ours = tag in self._languages
        if is_one_of_ours and tag in self._displays:
            return self._displays[tag]
        from bbws_templates.display import display_of  # With the first mail, which waits for S3 anyway.

        made = display_of(tag, self.display, self.zone_rules)
        if is_one_of_ours:  # Whatever else somebody may ask for is answered, and not kept.
            self._displays[tag] = made
        return made

    @Derived
    def _languages(self) -> tuple[str, ...]:
        """The tags of the languages that mails are in, or that there are rules for."""
        further = (each.locale for template in self.templates.values() for each in template.translations)
        return tuple({self.locale, *further, *(self.display or ())})

    @Derived
    def _displays(self) -> dict[str, Display | None]:
        return {}


def bundle_bytes(
    templates: Iterable[CompiledTemplate],
    *,
    locale: str = "",
    time_zone: str = "",
    display: Mapping[str, Any] | None = None,
    zone_rules: Mapping[str, Any] | None = None,
    requires: tuple[str, ...] = (),
) -> bytes:
    """The bundle of ``templates``, whatever their order; ``requires`` names what a reader has to know of.

    Raises:
        DamagedReleaseError: a name that cannot be a key, no language tag, or text that UTF-8 cannot hold.
    """
    settings = {
        "locale": check_locale(locale) if locale else "",
        "timeZone": time_zone,
        "timeZoneRules": zone_rules,
        "display": display,
    }
    return canonical_json(
        {
            **BUNDLE_FORMAT.head(requires),
            **{name: value for name, value in settings.items() if value},
            "templates": {check_name(template.name): template_members(template) for template in templates},
        }
    )


def template_members(template: CompiledTemplate) -> dict[str, Any]:
    """One template as the bundle writes it."""
    name, address = template.sender
    members = {
        **(template.further or {}),
        **{part: getattr(template, part) for part in _PARTS},
        "sender": {"name": name, "address": address},
        "replyTo": template.reply_to,
        "audience": template.audience,
        "description": template.description,
        "contract": template.contract,
    }
    if not template.stoppable:
        members["stoppable"] = False
    if template.translations:
        members["translations"] = {
            check_locale(translation.locale): {part: getattr(translation, part) for part in _PARTS}
            for translation in template.translations
        }
    return members


def parse_bundle(data: bytes, *, release: str) -> Bundle:
    """The templates in ``data``, which must be the bundle of ``release``.

    Raises:
        DamagedReleaseError: the digest is another, or the content is not a bundle.
        FormatError: it is one that this version does not read.
    """
    found = Digest.of(data).hex
    if found != release:
        raise DamagedReleaseError(
            f"The bundle of release {release[:12]} is damaged: its digest is {found[:12]}….",
            remedy="Publish the release again, or roll back to an intact one.",
        )
    return parse_proven_bundle(data, release=release)


def parse_proven_bundle(data: bytes, *, release: str) -> Bundle:
    """The templates in ``data``, of which whoever calls knows that ``release`` is its digest.

    Raises:
        DamagedReleaseError: the content is not a bundle, or has text that UTF-8 cannot hold.
        FormatError: it is one that this version does not read.
    """
    what = f"the bundle of release {release[:12]}"
    members = decode_document(data, BUNDLE_FORMAT, what=what)
    require_characters(data, members, what=what)
    templates = members.get("templates")
    if not isinstance(templates, dict):
        raise DamagedReleaseError(f"The bundle of release {release[:12]} has no templates.")
    display, zone_rules = members.get("display"), members.get("timeZoneRules")
    return Bundle(
        release,
        {check_name(name): _parse_template(name, templates[name]) for name in templates},
        locale=check_locale(locale) if (locale := _text(members, "locale", what, default="")) else "",
        time_zone=_text(members, "timeZone", what, default=""),
        display=None if display is None else _members(display, f"'display' of {what}"),
        further=_further(members, _MEMBERS),
        zone_rules=None if zone_rules is None else _members(zone_rules, f"'timeZoneRules' of {what}"),
    )


def _parse_template(name: str, members: Any) -> CompiledTemplate:
    what = f"template '{name}' in the bundle"
    fields = _members(members, what)
    sender = _members(fields.get("sender"), f"the sender of {what}")
    contract = fields.get("contract")
    return CompiledTemplate(
        name=name,
        **_parse_parts(fields, what),
        sender=(_text(sender, "name", what), _text(sender, "address", what)),
        reply_to=_text(fields, "replyTo", what),
        audience=_text(fields, "audience", what),
        description=_text(fields, "description", what),
        contract=None if contract is None else _members(contract, f"the contract of {what}"),
        translations=_parse_translations(fields.get("translations", {}), what),
        further=_further(fields, _TEMPLATE_MEMBERS),
        stoppable=_parse_stoppable(fields, what),
    )


def _parse_translations(value: Any, what: str) -> tuple[Translation, ...]:
    translations = _members(value, f"'translations' of {what}")
    return tuple(
        Translation(
            locale=check_locale(locale),
            **_parse_parts(_members(translations[locale], f"'{locale}' of {what}"), f"'{locale}' of {what}"),
        )
        for locale in sorted(translations)
    )


def _parse_stoppable(fields: Mapping[str, Any], what: str) -> bool:
    value = fields.get("stoppable", True)
    if not isinstance(value, bool):
        raise DamagedReleaseError(f"{what[:1].upper()}{what[1:]} has no usable 'stoppable'.")
    return value


def _parse_parts(fields: Mapping[str, Any], what: str) -> dict[str, str]:
    return {part: _text(fields, part, what) for part in _PARTS}


def _further(members: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any] | None:
    return {name: members[name] for name in members if name not in known} or None


def _members(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DamagedReleaseError(f"{what[:1].upper()}{what[1:]} is not an object.")
    return value


def _text(fields: Mapping[str, Any], field: str, what: str, default: str | None = None) -> str:
    value = fields.get(field, default)
    if not isinstance(value, str):
        raise DamagedReleaseError(f"{what[:1].upper()}{what[1:]} has no usable '{field}'.")
    return value
