"""The signs of template engines other than Mustache, each with what it means there and what to write instead.

The first of a table that fits decides. In what to write, ``NAME`` stands for the name that the sign holds.

Source: the manuals of the engines that each entry names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Foreign:
    """What is not Mustache: the ``engine``, what it ``means`` there, and what to write ``instead``."""

    engine: str
    means: str
    instead: str


@dataclass(frozen=True, slots=True)
class Sign:
    """How something foreign looks, and what it is."""

    pattern: re.Pattern[str]
    foreign: Foreign


def sign(pattern: str, engine: str, means: str, instead: str) -> Sign:
    """A sign that begins with ``pattern``."""
    return Sign(re.compile(pattern, re.DOTALL), Foreign(engine, means, instead))


_DATA = "Write {{name}} for a value; whatever has to be computed, put into the data under a name."
_LAYOUT = (
    "Write a partial for what comes before and one for what comes after, as a pair: "
    "{{> layout/open}}…{{> layout/close}}."
)
ELSE = "For {{else}}, close the section and open the opposite one: {{#name}}…{{/name}}{{^name}}…{{/name}}."
_BLOCKS = (
    "Write {{#name}}…{{/name}} for an if or a loop, {{^name}}…{{/name}} for its else, and {{> name}} to "
    "include."
)
_OUTSIDE = "Write {{NAME}}: Mustache looks outside when the item has no such name."
_CHOOSE = "Choose among partials by sections: {{#paid}}{{> a}}{{/paid}}{{^paid}}{{> b}}{{/paid}}."
_COUNT = "Mustache does not count: put it into each item of the data, under a name."
_HELPER_BLOCK = (
    "Write {{#name}}…{{/name}}, or {{^name}}…{{/name}} for unless, with the name alone at both ends."
)
_PARAMETERS = (
    "Write {{> NAME}}: it sees the data of the place where it stands; a section around it goes inside."
)
_ITEM = "Write {{#NAME}}…{{/NAME}}, and in it the item's fields by their own names."
_LINE = "Leave the ~ out: a section's tag that is alone on its line leaves no line."
_READY = "Write {{NAME}}, and put the value into the data as it is to be read."
_COMPARED = "Mustache compares nothing: put the answer into the data, such as {{#isPaid}}…{{/isPaid}}."


_LIQUID = "Liquid, Jinja, Twig or Django"
PLACEHOLDERS = (
    sign(r"\{%-?\s*(?:extends|block|layout|endblock)\b", _LIQUID, "a layout", _LAYOUT),
    sign(r"\{%-?\s*(?:include|render|import|embed)\b", _LIQUID, "an inclusion", "Write {{> name}}."),
    sign(r"\{%-?\s*(?:else|elsif|elif|elseif)\b", _LIQUID, "an else", ELSE),
    sign(r"\{%-?\s*(?:comment|raw|verbatim)\b", _LIQUID, "a comment", "Write {{! … }} for a comment."),
    sign(r"\{%-?\s*(?:assign|set|capture|with)\b", _LIQUID, "an assignment", _DATA),
    sign(r"\{%-?\s*\w", _LIQUID, "a block", _BLOCKS),
    sign(r"\{#(?=[^}]{0,300}#\})", "Jinja, Twig or Django", "a comment", "Write {{! … }}."),
    sign(r"<%(?:[=#@!-]|\s)", "ERB, EJS, JSP or ASP", "a block", _BLOCKS),
    sign(r"<\?(?:php\b|=)", "PHP", "a block", _BLOCKS),
    sign(r"\*\|(?:IF|IFNOT|ELSE|ELSEIF|END)\b[^|]{0,200}\|\*", "Mailchimp", "a condition", _BLOCKS),
    sign(r"\*\|[A-Za-z_][^|\n]{0,200}\|\*", "Mailchimp or Mandrill", "a merge tag", "Write {{name}}."),
    sign(r"%%\[", "AMPscript (Salesforce Marketing Cloud)", "a block", _DATA),
    sign(r"%%=", "AMPscript (Salesforce Marketing Cloud)", "a value", _DATA),
    sign(r"%%[A-Za-z_][\w. -]{0,100}%%", "Salesforce Marketing Cloud", "a value", "Write {{name}}."),
    sign(r"\[\[\s*\$\{", "Thymeleaf", "a value", "Write {{name}}."),
    sign(r"\[\[\s*[\w.]+\s*\]\]", "a sender in double square brackets", "a value", "Write {{name}}."),
    sign(r"\[%-?\s*\w", "the Template Toolkit", "a block", _BLOCKS),
    sign(
        r"\$!?\{\w[\w.]*[^}\n]{0,200}\}",
        "JavaScript, FreeMarker, Velocity or Thymeleaf",
        "a value",
        "Write {{name}}.",
    ),
    sign(r"#\{\w[^}\n]{0,200}\}", "Pug or Ruby", "a value", "Write {{name}}."),
    sign(r"\{\$\w", "Smarty", "a value", "Write {{name}}."),
    sign(r"\{![\w.]+\}", "Salesforce", "a merge field", "Write {{name}}."),
    sign(r"</?#(?:if|list|else|elseif|assign|include|macro)\b", "FreeMarker", "a block", _BLOCKS),
    sign(r"(?<!\w)#(?:if|foreach|elseif|set|parse)\s*\(", "Velocity", "a block", _BLOCKS),
    sign(
        r"(?<![\w.])@(?:if|foreach|for|elseif|include|extends|section|yield)\s*\(",
        "Blade or Razor",
        "a block",
        _BLOCKS,
    ),
    sign(r"(?<![\w.])@Model\.\w", "Razor", "a value", "Write {{name}}."),
    sign(r"%recipient\.\w+%|%(?:tag_)?unsubscribe_(?:url|email)%", "Mailgun", "a value", "Write {{name}}."),
    sign(r"(?<![\w%/=&?.-])%[A-Z][A-Z_]{3,60}%", "ActiveCampaign", "a value", "Write {{name}}."),
    sign(r"(?<!\w)##\w{1,60}##", "a sender in double number signs", "a value", "Write {{name}}."),
    sign(
        r"\[\w{1,60},\s*fallback=",
        "Campaign Monitor",
        "a value",
        "Write {{name}}, and the fallback as {{^name}}…{{/name}}.",
    ),
)

# A name between signs is text like any other, unless it is all of an address or begins one.
_OF_SENDER = r"\w{2,60}"
ADDRESS = sign(
    rf"(?:\[{_OF_SENDER}\]|\{{{_OF_SENDER}\}}|__{_OF_SENDER}?__|@@{_OF_SENDER}|%[A-Za-z_]{_OF_SENDER}%"
    rf"|(?P<bars>\|\|?)[\w ]{{2,60}}(?P=bars)|<%{_OF_SENDER}%>)",
    "a sender, who puts a whole address there",
    "a value",
    "Write {{name}}.",
)

_HANDLEBARS = "Handlebars"
BLOCK_HELPER = Foreign(
    _HANDLEBARS,
    "a block helper",
    "Put what it would make into the data, and write {{#name}}…{{/name}} with the name alone at both ends.",
)
# A name may have a blank in it, so that only known helpers are told from names.
_HELPERS = (
    r"lookup|log|helper\w*|format\w*|date\w*|link\w*|partial|yield|render|include|i18n|t|trans\w*|upper\w*|lower\w*|"
    r"capital\w*|currency\w*|number\w*|pluralize|json|eq|ne|not|concat|default|insert|greaterThan|lessThan|equals"
)
TAGS = (
    sign(r"[#^]?\s*>|>\s*@partial-block", _HANDLEBARS, "a partial with a block in it, a layout", _LAYOUT),
    sign(
        r"#?\s*\*\s*inline\b",
        _HANDLEBARS,
        "a partial that is written in place",
        "Save it as partials/name.html, and write {{> name}}.",
    ),
    sign(r"else\b|\^$", "Handlebars", "an else", ELSE),
    sign(
        r"[#/]?\s*(?:if|unless)\s+\(|.*\s(?:==|!=|===|eq|ne|gt|lt)\s",
        "Handlebars, Jinja or Twig",
        "a comparison",
        _COMPARED,
    ),
    sign(r"#?\s*each\s+(?P<name>\S+)\s+as\s*\|", _HANDLEBARS, "a loop that names its item", _ITEM),
    sign(
        r"#\s*(?:each|if|with)\s+(?P<name>[\w.@/]+)\s*$",
        _HANDLEBARS,
        "a block helper",
        "Write {{#NAME}}…{{/NAME}}.",
    ),
    sign(
        r"[#^]\s*unless\s+(?P<name>[\w.@/]+)\s*$", _HANDLEBARS, "a block helper", "Write {{^NAME}}…{{/NAME}}."
    ),
    sign(
        r"\^\s*(?:if|each|with)\s+(?P<name>[\w.@/]+)\s*$",
        _HANDLEBARS,
        "a block helper",
        "Write {{^NAME}}…{{/NAME}}.",
    ),
    sign(
        r"/\s*(?:if|each|with|unless)$",
        _HANDLEBARS,
        "the end of a block helper",
        "Write {{/name}}, with the name of the section.",
    ),
    sign(r"@(?:index|first|last|key|odd|even)\b", _HANDLEBARS, "a place in a list", _COUNT),
    sign(r"@root\.(?P<name>.+)", _HANDLEBARS, "a name looked up from outside", _OUTSIDE),
    sign(r"@\w", _HANDLEBARS, "a value of the engine", _DATA),
    sign(r"[#^]?\s*this$", _HANDLEBARS, "the item itself", "Write {{.}}."),
    sign(
        r"[#^]?\s*(?:this[./]|\./)(?P<name>.+)",
        _HANDLEBARS,
        "a field of the item",
        "Write {{NAME}}: Mustache looks in the item first.",
    ),
    sign(r"[#^]?\s*(?:\.\./)+(?P<name>.+)", _HANDLEBARS, "a name looked up from outside", _OUTSIDE),
    sign(r"[#^/>&]?~|.*~$", _HANDLEBARS, "control of white space", _LINE),
    sign(
        r"\{",
        _HANDLEBARS,
        "text that is left as it is",
        "Change the delimiters around it: {{=<% %>=}}…<%={{ }}=%>.",
    ),
    sign(r"(?:if|range|end|with|template|define|block)\b(?:\s|$)", "Go's templates", "a block", _BLOCKS),
    sign(r"-\s|.*\s-$", "Jinja, Liquid or Go", "control of white space", "Leave the - out."),
    sign(r"\.(?P<name>[A-Za-z]\w*(?:\.\w+)*)$", "Go's templates", "a field", "Write {{NAME}}."),
    sign(r"\$", "Go, Blade or Twig", "a variable", "Write {{name}}, without the $."),
    sign(r"(?:\"[^\"]*\"|'[^']*')\s*\|\s*\w", "Liquid, Jinja or Twig", "a filter", _DATA),
    sign(r"(?P<name>[\w.]+)\s*\|\s*\w", "Liquid, Jinja or Twig", "a filter", _READY),
    sign(
        r"pm:\w",
        "Postmark",
        "an address that Postmark fills in",
        "Write {{name}}, and put the address into the data.",
    ),
    sign(
        r".*\?.*:|.*\?\?|.*\|\|",
        "a programming language",
        "a choice",
        "Write {{#name}}…{{/name}}{{^name}}…{{/name}}.",
    ),
    sign(
        r"[#^/]?\s*[\w.]+\(|[\w.]+\.\[|\[|.*\[",
        "Handlebars, Jinja or Twig",
        "a call or a place in a list",
        _DATA,
    ),
    sign(r"[#^/]?\s*(?:if|unless|each|with)\s", _HANDLEBARS, "a block helper", _HELPER_BLOCK),
    sign(rf"(?:{_HELPERS})\s+\S|.*[\"'=]", _HANDLEBARS, "a helper", _DATA),
)
PARTIALS = (
    sign(r"@partial-block", _HANDLEBARS, "what stands inside a layout", _LAYOUT),
    sign(r"\(", _HANDLEBARS, "a partial that data choose", _CHOOSE),
    sign(r"(?P<name>[\w./-]+)\s+\S", _HANDLEBARS, "a partial with parameters", _PARAMETERS),
    sign(r"[\"'](?P<name>[\w./-]+)[\"']", _HANDLEBARS, "a partial by its quoted name", "Write {{> NAME}}."),
)
