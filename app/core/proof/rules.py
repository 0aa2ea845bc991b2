"""Stylesheets as rules, each with its conditions, layer and scope, read by a scanner of its own.

It shares nothing with the one that compiles. Rules within rules are written out for css-inline, which reads
neither ``&`` nor ``:is()``: ``:is(a, b)`` is what ``:not(:not(a, b))`` is, in what it matches and in
specificity. A run of declarations that follows a rule within theirs is a rule of its own, later on.

Source: CSS Syntax Level 3, sections 5 and 9; CSS Nesting; CSS Cascading and Inheritance Levels 5 and 6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from app.core.css.data import PSEUDOS_OF_SOME
from app.core.proof.names import meant, read, shown, unescaped
from app.core.proof.pieces import BLANKS, COMMENT, closed, closings, is_closed, pieces, split
from app.core.proof.readable import is_selector, outside

NOT = ":bbws-not("
"""What stands for ``:not(`` until it is known which parts of a selector only a client can decide."""

WEIGHTLESS = "#bbws-weightless"
"""The id that makes ``:not()`` as specific as an id, whatever else it asks: such a one is not to count."""

_END = r"(?![\w-]|[^\x00-\x7f])"  # of a name
_CONDITIONAL = re.compile(rf"@(?:media|supports|layer|container|scope|starting-style){_END}", re.IGNORECASE)
_LAYER = re.compile(rf"@layer{_END}\s*(.*)", re.IGNORECASE | re.DOTALL)
# Of at-rules with a block, those that browsers know: of others they read nothing.
_BLOCKS = frozenset(
    re.findall(
        r"[\w-]+",
        "media supports layer container scope starting-style font-face page keyframes -webkit-keyframes",
    )
)
_IMPORTED_LAYER = re.compile(r"@import\s.*?[\s)\"']layer(?:\(([^)]*)\))?", re.IGNORECASE | re.DOTALL)
_SCOPE = re.compile(rf"@scope{_END}", re.IGNORECASE)
_OF_SCOPE = re.compile(r"@scope\s*(?P<roots>\()?(?:\s*to\s+\()?\s*", re.IGNORECASE)
_SCOPE_ROOT = re.compile(r":scope(?![\w-])", re.IGNORECASE)
_KEYWORD = re.compile(r"@(?:[\w\x80-\U0010ffff-]|\\(?:[0-9a-f]{1,6}\s?|.))++", re.IGNORECASE)
_AT_RULE = re.compile(r"@(?:-?(?:[a-z_\x80-\U0010ffff]|\\[^\n])|--)", re.IGNORECASE)
_PREFIX = re.compile(r"@namespace\s+([\w-]+)\s*(?:url\(|[\"'])", re.IGNORECASE)
_OWN_PROPERTY = re.compile(r"\s*--[\w-]*\s*:")
_TYPE_AFTER = re.compile(r"&(?:[\w*\\-]|[^\x00-\x7f])")  # a name comes first, so no browser reads it
# A comment parts two names, and is no blank: ".a/**/.b" is ".a.b".
_TWO_NAMES = re.compile(r"(?:[\w*-]|[^\x00-\x7f])\x1f+(?:[\w*-]|[^\x00-\x7f])")
_OWN_PSEUDO = re.compile(
    rf"(?<!\\)::?-(?!webkit-)[\w-]+|(?<![:\\])(?:{'|'.join(PSEUDOS_OF_SOME)})(?![\w-])|:lang\([^)]*[\"',]",
    re.IGNORECASE,
)
_ID = re.compile(r"#([\w\x80-\U0010ffff-]+)")
_HIDES_FROM_HTML = re.compile(r"\A(?:\s|<!--|-->)+")


@dataclass(frozen=True)
class ProofRule:
    """A rule with its declarations, or a statement, which has no selectors.

    ``layer`` is the path of the layer's name. Of equally specific rules the ``scoped`` one wins.
    """

    condition: str
    selectors: str
    text: str
    layer: tuple[str, ...] = ()
    scoped: bool = False


@dataclass(frozen=True)
class Sheet:
    """The rules of a stylesheet in order, and the names of layers as they first appear."""

    rules: tuple[ProofRule, ...]
    layers: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=256)
def sheet_rules(css: str, medium: str) -> Sheet:
    """Read a stylesheet; ``medium`` is that of all of it, "" for the screen."""
    walker = _Walker()
    found = list(_sheet_pieces(closed(read(css))))
    prefixes = frozenset(_PREFIX.findall("".join(found).partition("{")[0]))  # rules come after all of them
    rules = tuple(walker.rules(found, _Around(ProofRule(medium, "", ""), prefixes=prefixes)))
    return Sheet(rules, tuple(dict.fromkeys(walker.layers)))


def said(text: str) -> str:
    """A declaration or a condition, of what is ``read``, as it compares: without quotes, blanks, case."""
    plain = shown(" ".join(text.replace('"', "'").split()))
    return plain if "url(" in plain.lower() or "'" in plain else plain.lower()


@dataclass(frozen=True)
class _Around:
    """What stands around: ``like`` is a rule of its conditions, ``parent`` what ``&`` is, or "".

    ``like`` has selectors where declarations may stand. ``scope`` is what ``:scope`` is, unless a rule is
    nearer; ``within`` is true of what the limits of a scope do not shut out. ``prefixes`` are namespaces.
    What is ``nested`` stands in the block of an at-rule.
    """

    like: ProofRule
    parent: str = ""
    scope: str = ""
    within: str = ""
    prefixes: frozenset[str] = frozenset()
    nested: bool = False


class _Walker:
    """Goes through the pieces of a stylesheet.

    An ``@import`` counts until anything came by which they are ``_over`` (CSS Cascading 5, section 2).
    """

    def __init__(self) -> None:
        self.layers: list[tuple[str, ...]] = []
        self._over = False

    def rules(self, found: list[str], around: _Around) -> Iterator[ProofRule]:
        """The rules among the pieces of a sheet, of an at-rule or of a rule."""
        ends = closings(found)
        here = start = first = 0
        run: list[str] = []
        while here < len(found):
            piece = found[here]
            first = max(first, start)
            while first < here and not found[first].strip():
                first += 1
            at_rule = _AT_RULE.match("".join(found[first : first + 2]).lstrip()) is not None
            if piece in "([" and len(piece) == 1:
                here = ends.get(here, len(found)) + 1
            elif piece == "{" and not (
                around.like.selectors and _OWN_PROPERTY.match("".join(found[first:here]))
            ):
                end = ends.get(here, len(found))
                head, body = "".join(found[start:here]).strip(BLANKS + COMMENT), found[here + 1 : end]
                if run:
                    yield replace(around.like, text="".join(run))
                    run = []
                yield from self._block(head, body, around, at_rule=at_rule)
                here = start = end + 1
            elif piece == "{":
                here = ends.get(here, len(found)) + 1
            elif piece == ";" and (at_rule or around.like.selectors):
                if at_rule and not around.like.selectors:  # among declarations a statement means nothing
                    yield from self._statement("".join(found[start:here]), around)
                else:
                    run += [*found[start:here], ";"]
                here = start = here + 1
            else:
                here += 1
        if around.like.selectors and (run or "".join(found[start:]).strip()):
            yield replace(around.like, text="".join([*run, *found[start:]]))
        elif _keyword(last := "".join(found[start:])) == "import":
            yield from self._statement(last, around)

    def _statement(self, text: str, around: _Around) -> Iterator[ProofRule]:
        """A statement that does something."""
        keyword = _keyword(text)
        if keyword == "import" and (self._over or around.nested):
            return
        self._over = self._over or keyword == "namespace"
        self._note_statement(text, around.like.layer)
        yield replace(around.like, selectors="", text=said(text))

    def _block(self, head: str, body: list[str], around: _Around, *, at_rule: bool) -> Iterator[ProofRule]:
        head = _KEYWORD.sub(lambda found: f"@{unescaped(found[0][1:])}", head, count=1) if at_rule else head
        if not at_rule:
            selectors = _written_out(head, around)
            if selectors and "}" not in pieces(head):
                self._over = self._over or not around.nested
                like = replace(around.like, selectors=",".join(each + around.within for each in selectors))
                if len(selectors) > 1 and (own := _OWN_PSEUDO.findall(head)):
                    # Who does not know the pseudo-class of another's browser reads nothing of the list.
                    like = replace(like, condition=" ".join(filter(None, [like.condition, *own])))
                inner = replace(around, like=like, parent=",".join(selectors), scope="")
                yield from self.rules(body, inner)
            return
        if _keyword(head) == "import":  # which has no block
            return
        self._over = self._over or (not around.nested and _keyword(head) in _BLOCKS)
        if not _CONDITIONAL.match(head):
            text = said(f"{head} {{{''.join(body).strip()}}}")
            yield replace(around.like, selectors="", text=text)
        elif layer := _LAYER.match(head):
            path = (*around.like.layer, *self._layer(layer[1].strip(), around.like.layer))
            yield from self.rules(body, _conditional(around, "@layer", path))
        elif _SCOPE.match(head):
            scope = _scoped(head, around)
            yield from self.rules(body, scope) if scope is not None else ()
        else:
            yield from self.rules(body, _conditional(around, said(head), around.like.layer))

    def _layer(self, name: str, outer: tuple[str, ...]) -> tuple[str, ...]:
        """The names of a layer, of which one without a name has one nobody else has."""
        path = tuple(part.strip() for part in name.split(".")) if name else (f"{len(self.layers)}",)
        for length in range(1, len(path) + 1):
            self.layers.append((*outer, *path[:length]))
        return path

    def _note_statement(self, text: str, outer: tuple[str, ...]) -> None:
        layer, imported = _LAYER.match(text.strip()), _IMPORTED_LAYER.match(text.strip())
        for name in layer[1].split(",") if layer else ():
            self._layer(name.strip(), outer)
        if imported and imported[1]:
            self._layer(imported[1].strip(), outer)


def _keyword(text: str) -> str:
    """The word of an at-rule; "" of what begins otherwise."""
    match = _KEYWORD.match(text.strip(BLANKS + COMMENT))
    return unescaped(match[0][1:]).lower() if match else ""


def _conditional(around: _Around, condition: str, layer: tuple[str, ...]) -> _Around:
    """The same, under one more condition; all layers are one, which a client knows or does not."""
    known = condition == "@layer" and condition in around.like.condition
    conditions = [around.like.condition] if known else [around.like.condition, condition]
    return replace(
        around,
        like=replace(around.like, condition=" ".join(filter(None, conditions)), layer=layer),
        nested=True,
    )


def _scoped(head: str, around: _Around) -> _Around | None:
    """The same, in ``@scope (…) to (…)``; without roots everything is in it.

    None where no browser reads it.
    """
    prelude = _OF_SCOPE.fullmatch("".join(outside(pieces(head))))
    blocks = list(_blocks(pieces(head)))
    if prelude is None or not all(
        _readable(block, around, within=bool(number) or not prelude["roots"], inside="scope")
        for number, block in enumerate(blocks)
    ):
        return None
    inner = _conditional(around, said(head), around.like.layer)
    if not prelude["roots"]:
        like = replace(inner.like, selectors="", scoped=True)
        return replace(inner, like=like, parent="*", scope=":not(.bbws-none)")
    first, *limits = blocks
    roots = ",".join(_written_out(first, around))
    outside_of = [
        _SCOPE_ROOT.sub("", f"{NOT}{NOT}{roots})) {''.join(part).strip()}")
        for limit in limits
        for part in _readable(limit, around, within=True)
    ]
    out = "".join(f"{limit},{limit} *," for limit in outside_of)
    within = f"{NOT}{out}{WEIGHTLESS})" if out else ""
    root = f"{NOT}{NOT}{roots}),{WEIGHTLESS})"
    like = replace(inner.like, selectors=f"{root}{within}", scoped=True)
    return replace(inner, like=like, parent=root, scope=f"{root}:not(.bbws-none)", within=within)


def _blocks(found: list[str]) -> Iterator[str]:
    """What stands in the outermost round brackets."""
    ends = closings(found)
    here = 0
    while here < len(found):
        if found[here] == "(":
            end = ends.get(here, len(found))
            yield "".join(found[here + 1 : end]).strip()
            here = end
        here += 1


def _readable(head: str, around: _Around, *, within: bool, inside: str = "") -> list[list[str]]:
    """The selectors of a list, in pieces without comments; none of one that no browser reads."""
    if _TWO_NAMES.search(head):
        return []
    head = _without_marks_in_quotes(head.replace(COMMENT, ""))
    listed = list(split(pieces(head), ","))
    if _TYPE_AFTER.search(head) or not all(
        is_selector(part, within=within, prefixes=around.prefixes, inside=inside) for part in listed
    ):
        return []
    return listed


def _written_out(head: str, around: _Around) -> list[str]:
    """The selectors of a rule without ``&`` and ``:scope``; none of one that no browser reads."""
    listed = _readable(head, around, within=bool(around.parent))
    if not around.parent:
        return ["".join(part).replace("&", ":root") for part in listed]
    single = len(list(split(pieces(around.parent), ","))) == 1
    parent = around.parent if around.scope else f"{NOT}{NOT}{around.parent}))"
    found = []
    for inner in listed:
        text = "".join(inner).strip(BLANKS)
        if "&" not in text and not (around.scope and _SCOPE_ROOT.search(text)):
            text = f"& {text}"
        if around.scope:
            text = _SCOPE_ROOT.sub(lambda _: around.scope, text)
        if single and text.startswith("&") and text.count("&") == 1:
            found.append(around.parent + text[1:])
        else:
            found.append(text.replace("&", parent))
    return found


def _without_marks_in_quotes(selectors: str) -> str:
    """The same, without anything in its strings and escapes that looks like syntax.

    What does is hidden, until ``spelled_out`` writes it for css-inline.
    """
    found = ""
    for piece in pieces(selectors):
        if piece[0] in "\"'":
            inner = piece[1:-1] if is_closed(piece) else piece[1:]
            found += piece[0] + "".join(meant(inner, within="a")) + piece[0]
        elif piece[0] == "\\" and piece[1:] != "\n":  # which no name can hold
            found += "".join(meant(piece, within=found[-1:]))
        else:
            found += piece
    return found


def without_ids(selector: str) -> str:
    """The same in what it matches, and less specific than an id."""
    return _ID.sub(r'[id="\1"]', selector)


def _sheet_pieces(css: str) -> Iterator[str]:
    """The pieces of a stylesheet, without the signs of HTML's comments that stand before a rule of it.

    Source: CSS Syntax Level 3, section 5.4.1; anywhere else they make a selector none.
    """
    depth, begins = 0, True
    for piece in pieces(css):
        depth = max(0, depth + (piece == "{") - (piece == "}"))
        said = _HIDES_FROM_HTML.sub(" ", piece) if begins and not depth else piece
        yield said
        begins = not depth and (piece in {"}", ";"} or (begins and not said.strip()))
