"""A compiled template: what the compiler makes, a release carries and a Lambda renders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bbws_templates.printing import brief
from bbws_templates.record import record


@record(frozen=True)
class Translation:
    """The four Mustache parts of a template in a further language; ``locale`` is its tag, such as ``af-ZA``.

    Sender, contract and all else are those of the template: what a caller sends depends on no language.
    """

    locale: str
    html: str
    text: str
    subject: str
    preheader: str

    def __repr__(self) -> str:
        return f"Translation({brief(self.locale)})"


@record(frozen=True)
class CompiledTemplate:
    """One email, ready to be rendered by any Mustache engine: no partials, no stylesheet to fetch.

    ``html``, ``text``, ``subject`` and ``preheader`` are Mustache with the default delimiters. ``html`` is
    rendered with HTML escaping, the other three as plain text. ``sender`` is ``(display name, address)``,
    ``reply_to`` an address or "". ``contract`` is a self-contained JSON Schema 2020-12, None for a template
    that came without one.

    ``stoppable`` says that a reader may stop mails of this kind by one click of the mail program.
    ``translations`` are in the order of their tags; who knows of none takes the template's own parts.
    ``further`` holds members that a release has and this version does not know, None for none. ``locale`` is
    the language of the four parts, "" where only the release, or nobody, says it.
    """

    name: str
    html: str
    text: str
    subject: str
    preheader: str
    sender: tuple[str, str]
    reply_to: str
    audience: str
    description: str
    contract: Mapping[str, Any] | None
    translations: tuple[Translation, ...] = ()
    further: Mapping[str, Any] | None = None
    stoppable: bool = True
    locale: str = ""

    def __repr__(self) -> str:
        return f"CompiledTemplate({brief(self.name)})"

    def in_language(self, locale: str, *, own: str = "") -> CompiledTemplate:
        """The template as it reads in the language of one of its translations.

        Where there is none for exactly ``locale``, these are its own parts, in the language ``own``.
        """
        parts: dict[str, Any] = {"locale": own}
        for translation in self.translations:
            if translation.locale == locale:
                parts = dict(translation.__dict__)
        return CompiledTemplate(**{**self.__dict__, **parts})


@record(frozen=True)
class RenderedEmail:
    """One email ready to be sent. ``release`` is the id of the release it came from, "" for sources.

    Where ``stoppable`` is False, a message made of it carries no header that offers to stop such mails.
    ``locale`` is the tag of the language that the mail is in, which may be wider than the one asked for, or
    the set's own; "" where the set does not say which that is.

    It prints without what is in it: that is somebody's letter.
    """

    template: str
    subject: str
    preheader: str
    html: str
    text: str
    sender: tuple[str, str]
    reply_to: str
    release: str = ""
    stoppable: bool = True
    locale: str = ""

    def __repr__(self) -> str:
        return f"RenderedEmail({brief(self.template)}, release={brief(self.release[:12])})"
