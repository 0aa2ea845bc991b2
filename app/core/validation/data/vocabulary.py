"""The elements and attributes of HTML, and those beyond HTML that email needs.

Sources: the HTML standard, indices of elements and attributes (https://html.spec.whatwg.org/#elements-3), and
its list of obsolete features (16.2); for email the reasons stand beside each entry.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS: Mapping[str, frozenset[str]] = {
    name: _words(attributes)
    for name, attributes in {
        "a": "href target download ping rel hreflang type referrerpolicy",
        "abbr": "",
        "address": "",
        "area": "alt coords shape href target download ping rel referrerpolicy",
        "article": "",
        "aside": "",
        "audio": "src crossorigin preload autoplay loading loop muted controls",
        "b": "",
        "base": "href target",
        "bdi": "",
        "bdo": "",
        "blockquote": "cite",
        "body": "",
        "br": "",
        "button": "disabled form formaction formenctype formmethod formnovalidate formtarget name "
        "popovertarget popovertargetaction type value",
        "canvas": "width height",
        "caption": "",
        "cite": "",
        "code": "",
        "col": "span",
        "colgroup": "span",
        "data": "value",
        "datalist": "",
        "dd": "",
        "del": "cite datetime",
        "details": "name open",
        "dfn": "",
        "dialog": "open",
        "div": "",
        "dl": "",
        "dt": "",
        "em": "",
        "embed": "src type width height",
        "fieldset": "disabled form name",
        "figcaption": "",
        "figure": "",
        "footer": "",
        "form": "accept-charset action autocomplete enctype method name novalidate target rel",
        "h1": "",
        "h2": "",
        "h3": "",
        "h4": "",
        "h5": "",
        "h6": "",
        "head": "",
        "header": "",
        "hgroup": "",
        "hr": "",
        "html": "",
        "i": "",
        "iframe": "src srcdoc name sandbox allow allowfullscreen width height referrerpolicy loading",
        "img": "alt src srcset sizes crossorigin usemap ismap width height referrerpolicy decoding loading "
        "fetchpriority",
        "input": "accept alt autocomplete checked dirname disabled form formaction formenctype formmethod "
        "formnovalidate formtarget height list max maxlength min minlength multiple name pattern placeholder "
        "popovertarget popovertargetaction readonly required size src step type value width",
        "ins": "cite datetime",
        "kbd": "",
        "label": "for",
        "legend": "",
        "li": "value",
        "link": "href crossorigin rel as media hreflang type sizes imagesrcset imagesizes referrerpolicy "
        "integrity blocking color disabled fetchpriority",
        "main": "",
        "map": "name",
        "mark": "",
        "menu": "",
        "meta": "name http-equiv content charset media",
        "meter": "value min max low high optimum",
        "nav": "",
        "noscript": "",
        "object": "data type name form width height",
        "ol": "reversed start type",
        "optgroup": "disabled label",
        "option": "disabled label selected value",
        "output": "for form name",
        "p": "",
        "picture": "",
        "pre": "",
        "progress": "value max",
        "q": "cite",
        "rp": "",
        "rt": "",
        "ruby": "",
        "s": "",
        "samp": "",
        "script": "src type nomodule async defer crossorigin integrity referrerpolicy blocking fetchpriority",
        "search": "",
        "section": "",
        "select": "autocomplete disabled form multiple name required size",
        "slot": "name",
        "small": "",
        "source": "type media src srcset sizes width height",
        "span": "",
        "strong": "",
        "style": "media blocking",
        "sub": "",
        "summary": "",
        "sup": "",
        "table": "",
        "tbody": "",
        "td": "colspan rowspan headers",
        "template": "shadowrootmode shadowrootdelegatesfocus shadowrootclonable shadowrootserializable",
        "textarea": "autocomplete cols dirname disabled form maxlength minlength name placeholder readonly "
        "required rows wrap",
        "tfoot": "",
        "th": "colspan rowspan headers scope abbr",
        "thead": "",
        "time": "datetime",
        "title": "",
        "tr": "",
        "track": "default kind label src srclang",
        "u": "",
        "ul": "",
        "var": "",
        "video": "src crossorigin poster preload autoplay playsinline loading loop muted controls width "
        "height",
        "wbr": "",
    }.items()
}
"""Every element of HTML with the attributes of its own."""

GLOBAL_ATTRIBUTES = _words(
    "accesskey autocapitalize autocorrect autofocus class contenteditable dir draggable enterkeyhint "
    "exportparts hidden id inert inputmode is itemid itemprop itemref itemscope itemtype lang nonce part "
    "popover role slot spellcheck style tabindex title translate writingsuggestions"
)
"""Attributes that every element may have; ``data-`` and ``aria-`` attributes besides."""

RDFA_ATTRIBUTES = _words("about content datatype inlist prefix property rel resource rev typeof vocab")
"""Attributes of HTML+RDFa 1.1, which every element may have as well; mailboxes read orders from them."""

OBSOLETE_ELEMENTS: Mapping[str, str] = {
    "acronym": "<abbr>",
    "basefont": "a style on <body>",
    "big": "a font-size",
    "blink": "nothing: no client blinks",
    "dir": "<ul>",
    "font": "a <span> with a style",
    "isindex": "nothing: it is not supported anywhere",
    "listing": "<pre>",
    "marquee": "nothing: clients that scroll text annoy",
    "nobr": "white-space: nowrap",
    "noembed": "nothing: it is not supported anywhere",
    "plaintext": "<pre>",
    "rb": "<ruby>",
    "rtc": "<ruby>",
    "strike": "<s>",
    "tt": "<code>",
    "xmp": "<pre>",
}
"""Obsolete elements (HTML, 16.2), each with what to write instead."""

EMAIL_ELEMENTS: Mapping[str, str] = {
    "center": "Centres tables in clients that drop margin: auto, Outlook for Windows among them.",
}
"""Obsolete elements that email needs, and why."""

EMAIL_ATTRIBUTES: Mapping[str, tuple[frozenset[str], str]] = {
    "align": (
        _words("table td th tr tbody thead tfoot p div h1 h2 h3 h4 h5 h6 hr caption col colgroup"),
        "Word, which renders for Outlook on Windows, ignores margin: auto and float; align it obeys.",
    ),
    "valign": (
        _words("td th tr tbody thead tfoot col colgroup"),
        "Older Outlook and Lotus Notes ignore vertical-align on cells.",
    ),
    "bgcolor": (
        _words("table td th tr tbody thead tfoot body"),
        "Survives where styles are stripped: forwarding in Outlook, the Gmail app for other accounts.",
    ),
    "background": (
        _words("table td body"),
        "The only background image that Gmail's and Yahoo's older apps take; CSS ones are dropped.",
    ),
    "width": (
        _words("table td th col colgroup hr"),
        "Word takes the width of tables and cells from the attribute, in pixels, and ignores max-width.",
    ),
    "height": (_words("table td th tr"), "Word ignores the height of cells in CSS where they are spacers."),
    "border": (_words("table img"), "Word and older clients draw borders around tables and linked images."),
    "cellpadding": (_words("table"), "No CSS property resets the padding that clients give to cells."),
    "cellspacing": (_words("table"), "Word ignores border-spacing."),
    "nowrap": (_words("td th"), "Older Outlook ignores white-space on cells."),
    "type": (_words("style"), "Older Outlook.com and Lotus Notes drop a <style> without a type."),
    "clear": (_words("br"), "Word ends a floated (align) image only so."),
    "name": (_words("a"), "Outlook for Windows jumps to <a name>, not to an id."),
    "link": (_words("body"), "Lotus Notes and Word colour links by it."),
    "vlink": (_words("body"), "Lotus Notes and Word colour visited links by it."),
    "alink": (_words("body"), "Companion of link and vlink."),
}
"""Obsolete attributes that email needs: on which elements, and why. Whoever adds one gives its reason."""

EMAIL_GLOBAL_ATTRIBUTES: Mapping[str, str] = {
    "xml:lang": "XHTML's form of lang, still read by screen readers in Outlook.",
    "xmlns": "XHTML's namespace, needed beside the namespaces of VML.",
}
"""Attributes of XHTML that do no harm on any element and that some clients read."""

XML_PREFIXES: Mapping[str, str] = {
    "v": "VML: background images and round buttons in Outlook for Windows.",
    "o": "Office: document settings such as the pixel density in Outlook for Windows.",
    "w": "Word: anchors and wrapping within VML.",
    "m": "Office's mathematics; declared by templates that Word itself wrote.",
}
"""Namespaces whose elements and attributes Microsoft's Word engine understands."""

OBSOLETE_ATTRIBUTES = _words(
    "abbr accept align alink archive axis background bgcolor border bordercolor bottommargin cellpadding "
    "cellspacing char charoff charset classid clear code codebase codetype color compact coords datafld "
    "dataformatas datasrc declare event face for frame frameborder height hspace language leftmargin link "
    "longdesc lowsrc marginheight marginwidth methods name noshade nowrap profile rev rightmargin rules "
    "scheme scope scrolling shape size standby summary target text topmargin type urn valign valuetype "
    "version vlink vspace width"
)
"""Attributes that were HTML once on some element (HTML, 16.2): a client may still honour them."""

OBSOLETE_REMEDIES: Mapping[tuple[str, str], str] = {
    ("img", "align"): "Align the cell around the image; to set text beside it, give each a cell of its own.",
    ("", "align"): 'Align the cell around it, or write style="text-align: …".',
    ("", "valign"): "Write it on the cell around it.",
    ("", "hspace"): "Pad the cell around it.",
    ("", "vspace"): "Pad the cell around it.",
    ("", "border"): 'Write style="border: …".',
    ("", "bordercolor"): 'Write style="border: …".',
    ("", "bgcolor"): "Write it on the cell or the table around it, or style it with background-color.",
    ("", "background"): "Write it on the cell or the table around it.",
    ("", "cellpadding"): "Write it on the <table>; for one cell, pad it by a style.",
    ("", "cellspacing"): "Write it on the <table>.",
    ("", "width"): "Write the width on a table or cell, or in a style.",
    ("", "height"): "Write the height on a table or cell, or in a style.",
    ("", "color"): 'Write style="color: …".',
    ("", "text"): 'Write style="color: …".',
    ("", "face"): 'Write style="font-family: …".',
    ("", "size"): "Write font-size, or height for a line, in a style.",
    ("", "noshade"): 'Write style="border: …".',
    ("", "nowrap"): 'Write style="white-space: nowrap".',
    ("", "clear"): 'Write style="clear: both".',
    ("", "name"): "Write an id.",
    ("", "language"): "Remove it.",
    **{
        ("", name): 'Write style="margin: 0; padding: 0" on <body>.'
        for name in (
            "bottommargin", "leftmargin", "marginheight", "marginwidth", "rightmargin", "topmargin",
        )
    },
}  # fmt: skip
"""What to write instead of an obsolete attribute, on one element or ("") on any; else a style."""

PHRASING_PARENTS = _words(
    "abbr b bdi bdo cite code data dfn em font h1 h2 h3 h4 h5 h6 i kbd label mark p pre q rp rt ruby s "
    "samp small span strike strong sub sup time tt u var big"
)
"""Elements that may hold running text and its markup only (content model "phrasing content")."""

BLOCKS = _words(
    "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre search section table ul"
)
"""Elements that are flow content and not phrasing content: they begin on a line of their own."""

INTERACTIVE = _words("a button details embed iframe input label select textarea")
"""Elements that must not stand within a link (HTML, 3.2.5.2.7, "interactive content")."""
