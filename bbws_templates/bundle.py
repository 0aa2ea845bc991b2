"""The bundle of a release: every template, in the one file that a sender reads.

``bundle.json`` is canonical JSON, ``{"format": 1, "templates": {name: {…}}}``, and the SHA-256 of its bytes
is the release id: ``sha256sum bundle.json`` proves a release, in any language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bbws_templates.compiled import CompiledTemplate
from bbws_templates.digests import Digest, canonical_json
from bbws_templates.faults import DamagedReleaseError, UnknownTemplateError
from bbws_templates.layout import check_name
from bbws_templates.record import record

FORMAT: Final = 1


@record(frozen=True)
class Bundle:
    """The templates of one release. ``release`` is its id, 64 hexadecimal digits."""

    release: str
    templates: Mapping[str, CompiledTemplate]

    def template(self, name: str) -> CompiledTemplate:
        """One template.

        Raises:
            UnknownTemplateError: there is none of that name.
        """
        try:
            return self.templates[name]
        except KeyError:
            raise UnknownTemplateError(name, self.templates, release=self.release) from None


def bundle_bytes(templates: Iterable[CompiledTemplate]) -> bytes:
    """The bundle of ``templates``, whatever their order.

    Raises:
        DamagedReleaseError: a name that cannot be a key, or text that UTF-8 cannot hold.
    """
    members = {check_name(template.name): template_members(template) for template in templates}
    return canonical_json({"format": FORMAT, "templates": members})


def template_members(template: CompiledTemplate) -> dict[str, Any]:
    """One template as the bundle writes it."""
    name, address = template.sender
    return {
        "html": template.html,
        "text": template.text,
        "subject": template.subject,
        "preheader": template.preheader,
        "sender": {"name": name, "address": address},
        "replyTo": template.reply_to,
        "audience": template.audience,
        "description": template.description,
        "contract": template.contract,
    }


def parse_bundle(data: bytes, *, release: str) -> Bundle:
    """The templates in ``data``, which must be the bundle of ``release``.

    Raises:
        DamagedReleaseError: the digest is another, or the content is not a bundle that this version reads.
    """
    found = Digest.of(data).hex
    if found != release:
        raise DamagedReleaseError(
            f"The bundle of release {release[:12]} is damaged: its digest is {found[:12]}….",
            remedy="Publish the release again, or roll back to an intact one.",
        )
    members = decode_document(data, what=f"the bundle of release {release[:12]}")
    templates = members.get("templates")
    if not isinstance(templates, dict):
        raise DamagedReleaseError(f"The bundle of release {release[:12]} has no templates.")
    return Bundle(release, {check_name(name): _parse_template(name, templates[name]) for name in templates})


def decode_document(data: bytes, *, what: str) -> dict[str, Any]:
    """A JSON object that says which format it has, if it is one that this version reads.

    Raises:
        DamagedReleaseError: no JSON object, or another format.
    """
    import json  # like hashlib, not before there is something to read

    try:
        members = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedReleaseError(f"{what.capitalize()} is not JSON: {error}.") from error
    if not isinstance(members, dict):
        raise DamagedReleaseError(f"{what.capitalize()} is not a JSON object.")
    if members.get("format") != FORMAT:
        raise DamagedReleaseError(
            f"{what.capitalize()} has format {members.get('format')!r}; this version reads format {FORMAT}.",
            remedy="Update bbws-templates.",
        )
    return members


def _parse_template(name: str, members: Any) -> CompiledTemplate:
    fields = _members(members, f"Template '{name}'")
    sender = _members(fields.get("sender"), f"The sender of '{name}'")
    contract = fields.get("contract")
    return CompiledTemplate(
        name=name,
        html=_text(fields, "html", name),
        text=_text(fields, "text", name),
        subject=_text(fields, "subject", name),
        preheader=_text(fields, "preheader", name),
        sender=(_text(sender, "name", name), _text(sender, "address", name)),
        reply_to=_text(fields, "replyTo", name),
        audience=_text(fields, "audience", name),
        description=_text(fields, "description", name),
        contract=None if contract is None else _members(contract, f"The contract of '{name}'"),
    )


def _members(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DamagedReleaseError(f"{what} in the bundle is not an object.")
    return value


def _text(fields: Mapping[str, Any], field: str, name: str) -> str:
    value = fields.get(field)
    if not isinstance(value, str):
        raise DamagedReleaseError(f"Template '{name}' in the bundle has no usable '{field}'.")
    return value
