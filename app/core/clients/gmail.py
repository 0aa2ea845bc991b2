"""Gmail: styles where Gmail keeps them, and the end of the mail where Gmail cuts it off.

In the order of Gmail's own work: the mail is cut at 102 kB, comments go, style elements are kept or dropped
as a whole, and of those that stay the rules that Gmail does not know go.
"""

from __future__ import annotations

import tinycss2

from app.core.clients.restyling import restyle, scan
from app.core.clients.view import Client, ClientView
from app.core.css.rules import Declaration
from app.core.css.stylesheet import parse_stylesheet
from app.core.html.edits import Edits
from app.core.html.markup import Markup, RawText, StartTag
from app.core.validation.checks.size import CLIP_BYTES
from app.core.validation.checks.style_blocks import (
    MAX_STYLE_BYTES,
    has_background_image,
    holds_at_rule,
)

NOTICE = (
    '<div style="margin:12px 0;padding:8px;font-family:Arial,Helvetica,sans-serif;font-size:14px;'
    'line-height:20px;color:#222222;background-color:#ffffff">[Message clipped]&nbsp; '
    '<span style="color:#1155cc;text-decoration:underline">View entire message</span></div>'
)
# At-rules that Gmail keeps; of @media those that ask about more than the size of the window go.
_UNKNOWN_FEATURES = ("prefers-color-scheme", "prefers-reduced-motion", "-webkit-", "hover", "any-")


def view(source: str) -> ClientView:
    """``source`` as Gmail shows it in a browser to a reader with a Google account."""
    notes: list[str] = []
    clipped = _clipped(source, notes)
    markup = scan(clipped)
    edits = Edits(markup.text)
    for comment in markup.comments:
        if not comment.declaration:
            edits.replace(comment.start, comment.end, "")
    _keep_styles(markup, edits, notes)
    gone = restyle(markup, edits, _without_background_url)
    if gone:
        notes.append("style attributes with a background image dropped")
    return ClientView(edits.applied(), tuple(notes))


def _clipped(source: str, notes: list[str]) -> str:
    content = source.encode("utf-8", "surrogatepass")
    if len(content) < CLIP_BYTES:
        return source
    notes.append(f"clipped: {len(content):,} bytes, Gmail shows {CLIP_BYTES:,}")
    kept = content[:CLIP_BYTES].decode("utf-8", "ignore")
    # Not within a tag or a character reference, which would show as text.
    kept = kept[: kept.rfind("<")] if kept.rfind("<") > kept.rfind(">") else kept
    if "&" in kept[-12:] and ";" not in kept[kept.rfind("&") :]:
        kept = kept[: kept.rfind("&")]
    tables = "</td></tr></table>" * max(0, kept.lower().count("<table") - kept.lower().count("</table"))
    return f"{kept}{tables}{NOTICE}"


def _keep_styles(markup: Markup, edits: Edits, notes: list[str]) -> None:
    head_end = next((tag.start for tag in markup.start_tags if tag.name == "body"), len(markup.text))
    total = 0
    for raw in markup.raw_texts:
        if raw.tag.name != "style":
            continue
        css = markup.text[raw.start : raw.end]
        total += len(css.encode("utf-8", "surrogatepass"))
        rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        reason = ""
        if raw.tag.start > head_end:
            reason = "it stands in the body"
        elif total > MAX_STYLE_BYTES:
            reason = f"the styles exceed {MAX_STYLE_BYTES:,} bytes"
        elif any(holds_at_rule(rule) for rule in rules):
            reason = "it has an at-rule within an at-rule"
        elif has_background_image(rules):
            reason = "it has a background image"
        if reason:
            edits.replace(raw.tag.start, raw.close, "")
            notes.append(f"<style> dropped: {reason}")
        else:
            _keep_rules(raw, css, edits, notes)


def _keep_rules(raw: RawText, css: str, edits: Edits, notes: list[str]) -> None:
    sheet = parse_stylesheet(css)
    dropped: set[str] = set()
    for span in sheet.at_rules:
        rule = css[span.start : span.end].lower()
        prelude = rule.partition("{")[0]
        if not rule.startswith("@media") or any(feature in prelude for feature in _UNKNOWN_FEATURES):
            edits.replace(raw.start + span.start, raw.start + span.end, "")
            notes.append(f"{prelude.strip()} dropped")
        elif "[" in rule or "\\" in rule:
            kept = _with_known_selectors(css[span.start : span.end], dropped)
            edits.replace(raw.start + span.start, raw.start + span.end, kept)
    for style_rule in sheet.rules:
        selectors = css[style_rule.span.start : style_rule.span.end].partition("{")[0]
        reason = "" if style_rule.part else _unknown(selectors)
        if reason:
            edits.replace(raw.start + style_rule.span.start, raw.start + style_rule.span.end, "")
            dropped.add(reason)
    notes += (f"rules with {reason} dropped" for reason in sorted(dropped))


def _unknown(selectors: str) -> str:
    """What in the selectors of a rule has Gmail drop it, "" for nothing."""
    if "\\" in selectors:
        return "a backslash in a name"
    return "attribute selectors" if "[" in selectors else ""


def _with_known_selectors(media: str, dropped: set[str]) -> str:
    """An at-rule without the rules that Gmail drops; why it does is added to what was ``dropped``."""
    prelude, _, rest = media.partition("{")
    kept = []
    for rule in tinycss2.parse_rule_list(rest.rpartition("}")[0], skip_comments=True, skip_whitespace=True):
        reason = _unknown(tinycss2.serialize(rule.prelude)) if rule.type == "qualified-rule" else ""
        if reason:
            dropped.add(reason)
        elif rule.type == "qualified-rule":
            kept.append(f"{tinycss2.serialize(rule.prelude)}{{{tinycss2.serialize(rule.content)}}}")
    return f"{prelude}{{{' '.join(kept)}}}"


def _without_background_url(_tag: StartTag, style: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    return () if any("url(" in item.value.lower() for item in style) else style


GMAIL = Client(
    key="gmail",
    label="Gmail",
    models="The 102 kB clip with its notice; style elements kept only in the head, under 16 kB, without "
    "nested at-rules or background images; no dark styles, attribute selectors or conditional comments.",
    leaves_out="Gmail's own dark inversion on phones, its frame, and accounts of other providers in the "
    "Gmail application, which see no style element at all.",
    sources=(
        "https://developers.google.com/workspace/gmail/design/css",
        "https://www.caniemail.com/clients/gmail/",
        "https://github.com/hteumeuleu/email-bugs (issues 21, 41, 90, 130)",
    ),
    view=view,
)
