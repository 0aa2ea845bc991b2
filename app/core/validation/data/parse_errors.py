"""Every repair that an HTML parser makes, in plain words: what is there, and what to write instead.

The keys are the error codes of html5lib 1.1 (``html5lib.constants.E``), our own ``text-in-table`` and, for
comments, codes of the HTML standard; the fields in braces are html5lib's variables. Codes that only frames,
fragments or bugs bring about share the words of ``OTHER``.
"""

from __future__ import annotations

from collections.abc import Mapping

MessageAndRemedy = tuple[str, str]
"""Message and remedy."""

_CLOSE = "Close every element in the reverse order in which they were opened."
_REMOVE_END = "Remove the end tag, or open the element before it."
_ENTITY = "Write &amp; for an ampersand, and end each character reference with a semicolon."
_CHARACTER = "Write the character itself, or the number that it has in Unicode: &#8211; instead of &#150;."
_QUOTE = "Put the attribute's value in double quotes."
_COMMENT = "Write comments as <!-- … -->, with neither '<!--' nor '--!>' inside."
_DOCTYPE = "Begin the document with <!DOCTYPE html>."
_ROWS = "Inside a table put only rows, inside a row only cells."
_AFTER = "Move it before </body>."
_ENDS = "The document ends within a tag"
_FINISH = "Finish the tag with '>'."

OTHER: MessageAndRemedy = (
    "The markup cannot be read as it stands",
    "Compare it with the elements around it.",
)

CHARACTERS = frozenset({"invalid-codepoint", "null-character"})
"""Codes that tell only which character stands there, and not where: html5lib reports them by the chunk."""

DASHES = frozenset(
    {
        "unexpected-bang-after-double-dash-in-comment",
        "unexpected-space-after-double-dash-in-comment",
        "unexpected-dash-after-double-dash-in-comment",
        "unexpected-char-in-comment",
    }
)
"""Codes for two dashes in a comment, an error once; the place is the character after them."""

HARMLESS = frozenset(
    {
        "attributes-in-end-tag",
        "equals-in-unquoted-attribute-value",
        "expected-doctype-but-got-chars",
        "expected-doctype-but-got-end-tag",
        "expected-doctype-but-got-start-tag",
        "incorrectly-placed-solidus",
        "named-entity-without-semicolon",
        "need-space-after-doctype",
        "numeric-entity-without-semicolon",
        "self-closing-flag-on-end-tag",
        "unexpected-character-after-attribute-value",
        "unexpected-character-after-solidus-in-tag",
        "unexpected-doctype",
        "unexpected-end-of-doctype",
        "unexpected-end-tag-treated-as",  # </br>, which every parser reads as <br>
        "unknown-doctype",
    }
)
"""Codes of repairs that every parser makes alike and by which nothing is lost or moved: a warning."""

REPLACED = frozenset({0x0D, *range(0x80, 0xA0)} - {0x81, 0x8D, 0x8F, 0x90, 0x9D})
"""Numbers of references for which every parser puts one and the same character: a carriage return, and what
Windows-1252 has there (HTML, 13.2.5.80): a warning as well."""

STRAY_ENDS = frozenset(
    {
        "adoption-agency-1.1",
        "no-end-tag",
        "unexpected-end-tag",
        "unexpected-end-tag-in-table-body",
        "unexpected-end-tag-in-table-row",
    }
)
"""Codes of end tags that close nothing, and that every parser ignores."""

HARMLESS_ENDS = frozenset(
    {
        "a", "b", "col", "em", "font", "hr", "i", "img", "input", "li", "link", "meta", "option", "p", "s",
        "small", "span", "strong", "sub", "sup", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "wbr",
    }
)  # fmt: skip
"""Elements whose stray end tag, ignored, tells of no box that was closed too early."""

_ROW_ENDS = ("tr", "tbody", "tfoot", "thead", "/tr", "/tbody", "/tfoot", "/thead", "/table")
_CELL_ENDS = frozenset({"td", "th", *_ROW_ENDS})
ENDED_BY: Mapping[str, frozenset[str]] = {
    "td": _CELL_ENDS,
    "th": _CELL_ENDS,
    "tr": frozenset(_ROW_ENDS),
    "li": frozenset({"li", "/ul", "/ol", "/menu"}),
    "dt": frozenset({"dt", "dd", "/dl"}),
    "dd": frozenset({"dt", "dd", "/dl"}),
    "p": frozenset({"p", "div", "/div", "/td", "/th", "/li", "/center", "/body"}),
}
"""Of elements whose end tag may be left out, the tags that end them (HTML, 13.1.2.4)."""

PARSE_ERRORS: Mapping[str, MessageAndRemedy] = {
    "text-in-table": (
        "Text stands between the rows or cells of a table; clients move it before the table",
        "Put the text into a cell.",
    ),
    # Character references
    "illegal-windows-1252-entity": ("A numeric reference is not a Unicode character", _CHARACTER),
    "cant-convert-numeric-entity": ("A numeric reference is not a Unicode character", _CHARACTER),
    "illegal-codepoint-for-numeric-entity": (
        "A numeric reference names a character HTML forbids",
        _CHARACTER,
    ),
    "incorrect-cr-newline-entity": ("A numeric reference names a carriage return", "Use &#10;."),
    "numeric-entity-without-semicolon": ("A numeric character reference lacks its semicolon", _ENTITY),
    "expected-numeric-entity-but-got-eof": ("The document ends within a character reference", _ENTITY),
    "expected-numeric-entity": ("'&#' is not followed by a number", _ENTITY),
    "named-entity-without-semicolon": ("A named character reference lacks its semicolon", _ENTITY),
    "expected-named-entity": (
        "There is no character reference of this name, so that readers see it as it is",
        "Correct the name, or write the character itself; for an ampersand write &amp;.",
    ),
    # Tags
    "expected-tag-name-but-got-right-bracket": ("There is '<>' without a tag's name", "Write &lt; for '<'."),
    "expected-tag-name-but-got-question-mark": (
        "HTML has no processing instructions such as <?xml … ?>",
        "Remove it, or put it into a conditional comment.",
    ),
    "expected-tag-name": ("'<' is not followed by a tag's name", "Write &lt; for '<'."),
    "expected-closing-tag-but-got-right-bracket": ("There is an end tag '</>' without a name", _REMOVE_END),
    "expected-closing-tag-but-got-eof": ("This element is never closed", _CLOSE),
    "expected-closing-tag-but-got-char": ("'</' is not followed by a tag's name", "Write &lt; for '<'."),
    "expected-named-closing-tag-but-got-eof": ("The element <{name}> is never closed", _CLOSE),
    "attributes-in-end-tag": ("An end tag has attributes", "Move them to the start tag."),
    "self-closing-flag-on-end-tag": ("An end tag ends in '/>'", "Remove the slash."),
    "non-void-element-with-trailing-solidus": (
        "<{name}/> does not close the element: the slash means nothing in HTML",
        "Write <{name}></{name}>.",
    ),
    "incorrectly-placed-solidus": (
        "There is a slash in the middle of a tag",
        "Remove it, or quote the value.",
    ),
    "unexpected-character-after-solidus-in-tag": (
        "There is a slash in the middle of a tag",
        "Remove it, or quote the value.",
    ),
    "eof-in-tag-name": (_ENDS, _FINISH),
    "expected-attribute-name-but-got-eof": (_ENDS, _FINISH),
    "eof-in-attribute-name": (_ENDS, _FINISH),
    "expected-end-of-tag-name-but-got-eof": (_ENDS, _FINISH),
    "expected-end-of-tag-but-got-eof": (_ENDS, _FINISH),
    "expected-attribute-value-but-got-eof": (_ENDS, _FINISH),
    "eof-in-attribute-value-double-quote": ("A quoted attribute value is never closed", "Close the quote."),
    "eof-in-attribute-value-single-quote": ("A quoted attribute value is never closed", "Close the quote."),
    "eof-in-attribute-value-no-quotes": (_ENDS, _FINISH),
    "unexpected-EOF-after-attribute-value": (_ENDS, _FINISH),
    "unexpected-EOF-after-solidus-in-tag": (_ENDS, _FINISH),
    # Attributes
    "duplicate-attribute": ("An attribute stands twice in one tag; the second is ignored", "Merge the two."),
    "invalid-character-in-attribute-name": ("An attribute's name holds a character it must not", _QUOTE),
    "invalid-character-after-attribute-name": ("An attribute's name is followed by a stray sign", _QUOTE),
    "unexpected-character-after-attribute-value": (
        "There is no blank between an attribute's value and what follows",
        "Put a blank between attributes.",
    ),
    "expected-attribute-value-but-got-right-bracket": ("'=' is not followed by a value", _QUOTE),
    "equals-in-unquoted-attribute-value": ("An attribute value without quotes holds '='", _QUOTE),
    "unexpected-character-in-unquoted-attribute-value": (
        "An attribute value without quotes holds a quote or '<'",
        _QUOTE,
    ),
    # Comments and doctype
    "expected-dashes-or-doctype": (
        "'<!' begins neither a comment nor the doctype",
        "Write conditional comments as <!--[if !mso]><!--> … <!--<![endif]-->.",
    ),
    "incorrect-comment": ("A comment ends right where it begins", _COMMENT),
    "nested-comment": ("A comment begins within a comment", _COMMENT),
    "incorrectly-closed-comment": ("A comment ends in '--!>'", _COMMENT),
    "eof-in-comment": ("A comment is never closed", _COMMENT),
    "eof-in-comment-end-dash": ("A comment is never closed", _COMMENT),
    "eof-in-comment-double-dash": ("A comment is never closed", _COMMENT),
    "eof-in-comment-end-space-state": ("A comment is never closed", _COMMENT),
    "eof-in-comment-end-bang-state": ("A comment is never closed", _COMMENT),
    "need-space-after-doctype": ("The doctype is malformed", _DOCTYPE),
    "expected-doctype-name-but-got-right-bracket": ("The doctype is malformed", _DOCTYPE),
    "expected-doctype-name-but-got-eof": ("The doctype is malformed", _DOCTYPE),
    "eof-in-doctype-name": ("The doctype is malformed", _DOCTYPE),
    "eof-in-doctype": ("The doctype is malformed", _DOCTYPE),
    "expected-space-or-right-bracket-in-doctype": ("The doctype is malformed", _DOCTYPE),
    "unexpected-end-of-doctype": ("The doctype is malformed", _DOCTYPE),
    "unexpected-char-in-doctype": ("The doctype is malformed", _DOCTYPE),
    "unexpected-doctype": ("A second doctype is ignored", "Keep the one at the beginning."),
    "unknown-doctype": ("The doctype is not that of HTML", _DOCTYPE),
    "expected-doctype-but-got-eof": ("The document has no doctype: it is empty", _DOCTYPE),
    "expected-doctype-but-got-chars": ("The document has no doctype", _DOCTYPE),
    "expected-doctype-but-got-start-tag": ("The document has no doctype", _DOCTYPE),
    "expected-doctype-but-got-end-tag": ("The document has no doctype", _DOCTYPE),
    # Structure
    "non-html-root": ("<html> is not the first tag", "Move <html> before all other tags."),
    "unexpected-end-tag-before-html": ("</{name}> stands before <html>", _REMOVE_END),
    "end-tag-after-implied-root": ("</{name}> closes nothing", _REMOVE_END),
    "two-heads-are-not-better-than-one": ("There is a second <head>; it is ignored", "Keep one <head>."),
    "unexpected-start-tag-out-of-my-head": (
        "<{name}> stands after </head>; parsers move it into the head",
        "Move it before </head>.",
    ),
    "unexpected-start-tag": ("<{name}> must not stand here", "Move it, or close what is open before it."),
    "unexpected-start-tag-ignored": ("<{name}> is ignored here", "Remove it, or move it where it belongs."),
    "unexpected-start-tag-treated-as": ("<{originalName}> is not an element", "Write <{newName}>."),
    "unexpected-start-tag-implies-end-tag": (
        "<{startName}> begins while <{endName}> is open, and so closes it",
        "Close <{endName}> first: it must not contain <{startName}>.",
    ),
    "deprecated-tag": ("<{name}> is not supported anywhere", "Remove it."),
    "unexpected-end-tag": ("</{name}> closes nothing", _REMOVE_END),
    "unexpected-end-tag-treated-as": ("</{originalName}> is not an end tag", "Write <{newName}>."),
    "no-end-tag": ("<{name}> has no end tag", "Remove </{name}>."),
    "missing-end-tag": ("<{name}> is not closed", _CLOSE),
    "missing-end-tags": ("These elements are not closed: {name}", _CLOSE),
    "expected-one-end-tag-but-got-another": ("<{expectedName}> is never closed", _CLOSE),
    "end-tag-too-early": ("</{name}> comes while other elements inside are still open", _CLOSE),
    "end-tag-too-early-named": ("</{gotName}> comes while <{expectedName}> is still open", _CLOSE),
    "end-tag-too-early-ignored": ("</{name}> is ignored: other elements inside are still open", _CLOSE),
    "adoption-agency-1.1": ("</{name}> closes nothing", _REMOVE_END),
    "adoption-agency-1.2": ("</{name}> closes nothing that is open here", _CLOSE),
    "adoption-agency-1.3": ("</{name}> comes while other elements inside are still open", _CLOSE),
    "adoption-agency-4.4": ("</{name}> closes an element that is not open here", _CLOSE),
    # Tables
    "unexpected-implied-end-tag-in-table": ("<{name}> is not closed before the table goes on", _CLOSE),
    "unexpected-implied-end-tag-in-table-body": ("<{name}> is not closed before the table goes on", _CLOSE),
    "unexpected-implied-end-tag-in-table-row": ("<{name}> is not closed before the row goes on", _CLOSE),
    "unexpected-char-implies-table-voodoo": (
        "Text stands between the rows or cells of a table; clients move it before the table",
        "Put the text into a cell.",
    ),
    "unexpected-start-tag-implies-table-voodoo": (
        "<{name}> stands between the rows or cells of a table; clients move it before the table",
        "Put it into a cell.",
    ),
    "unexpected-end-tag-implies-table-voodoo": ("</{name}> stands between the rows of a table", _ROWS),
    "unexpected-hidden-input-in-table": ("A hidden <input> stands between the rows of a table", _ROWS),
    "unexpected-form-in-table": ("A <form> stands between the rows of a table", _ROWS),
    "unexpected-cell-in-table-body": ("<{name}> stands outside a row", "Put the cell into a <tr>."),
    "unexpected-cell-end-tag": ("</{name}> comes while other elements in the cell are still open", _CLOSE),
    "unexpected-end-tag-in-table-body": ("</{name}> closes nothing here", _ROWS),
    "unexpected-end-tag-in-table-row": ("</{name}> closes nothing in this row", _ROWS),
    "eof-in-table": ("A table is never closed", _CLOSE),
    # After the body
    "unexpected-char-after-body": ("Text stands after </body>", _AFTER),
    "unexpected-start-tag-after-body": ("<{name}> stands after </body>", _AFTER),
    "unexpected-end-tag-after-body": ("</{name}> stands after </body>", _REMOVE_END),
    "expected-eof-but-got-char": ("Text stands after </html>", _AFTER),
    "expected-eof-but-got-start-tag": ("<{name}> stands after </html>", _AFTER),
    "expected-eof-but-got-end-tag": ("</{name}> stands after </html>", _REMOVE_END),
}
"""Message and remedy of each code."""

BEGUN = "Something before it, text or an element, has begun the body already: move that below <body>."
REMEDIES: Mapping[tuple[str, str], str] = {
    ("illegal-codepoint-for-numeric-entity", "13"): "Delete it: a line break in the source says the same.",
    ("non-html-root", "html"): BEGUN,
    ("unexpected-start-tag", "body"): BEGUN,
    ("unexpected-start-tag", "html"): BEGUN,
    ("unexpected-start-tag-ignored", "head"): BEGUN,
    **{
        (
            "unexpected-start-tag-ignored",
            name,
        ): "Put it into a <table>; a partial of rows belongs into one, too."
        for name in ("caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr")
    },
    **{
        (code, name): "Close the heading before it: headings do not stand in one another."
        for code in ("unexpected-start-tag", "unexpected-start-tag-implies-end-tag")
        for name in ("h1", "h2", "h3", "h4", "h5", "h6")
    },
}
"""What to write instead where the element that is named by an error says more."""
