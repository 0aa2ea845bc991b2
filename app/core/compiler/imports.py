"""``@import`` of a stylesheet of the set: its rules take the place of the statement.

Source: CSS Cascading and Inheritance Level 4, section 2: imports stand before all rules, and what they bring
comes before what follows; conditions hold for all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from app.core.compiler.embedding import linked_file
from app.core.compiler.origins import Origins, Tracer
from app.core.css.escapes import ADDRESS_OPENS, spelled
from app.core.css.measure import completion, nestable
from app.core.errors import CompileError, Location
from app.core.html.blanks import BLANK, BLANKS
from app.core.html.veil import is_veiled
from app.core.sources import SourceFile, TemplateSet
from bbws_templates.errors import BbwsTemplatesError, LimitError

_STATEMENT = rf"@{spelled('import')}(?![\w\\-])"  # which a browser reads with escapes as well
_REMARK = r"/\*(?:[^*]|\*(?!/))*\*/"
_BEFORE = re.compile(
    rf"(?:{BLANK}|{_REMARK}|<!--|-->|@{spelled('charset')}{BLANK}[^;]*;|@{spelled('layer')}{BLANK}[^;{{]*;)*",
    re.DOTALL | re.IGNORECASE,
)
# Without its semicolon at the end of the stylesheet, which closes what is open (CSS Syntax, 5.4.2).
_IMPORT = re.compile(
    rf"""{_STATEMENT}(?:{BLANK}|{_REMARK})*(?:{spelled("url")}\({BLANK}*(?P<quote>["']?)(?P<url>[^"')]*)(?P=quote){BLANK}*\)|"(?P<double>[^"]*)"|'(?P<single>[^']*)')"""
    rf"(?P<conditions>(?:[^;{{}}\"'/]|/(?!\*)|{_REMARK}|\"[^\"]*\"|'[^']*')*)(?:;|\Z)",
    re.IGNORECASE,
)
_MAY_IMPORT = re.compile(_STATEMENT, re.IGNORECASE)
_REMARKS = re.compile(_REMARK)
# An import anywhere, and what may hold one that is none.
_ANYWHERE = re.compile(
    rf"""{_REMARK}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|{ADDRESS_OPENS}(?:\\.|[^)\\])*\)|(?P<import>{_STATEMENT})""",
    re.IGNORECASE | re.DOTALL,
)
_LAYER = re.compile(rf"{BLANK}*layer(?:\(([^)]*)\))?(?={BLANK}|$)", re.IGNORECASE)
_SUPPORTS = re.compile(rf"{BLANK}*supports(\((?:[^()]|\([^()]*\))*\))", re.IGNORECASE)
_MOST_REACHED = 1_000  # statements and files; of more the text is refused
MAX_CHARACTERS = 2_000_000
"""Stylesheets that import each other in breadth grow without bound."""


@dataclass(frozen=True)
class Import:
    """One statement: its span, the address, and the at-rules that stand for its conditions."""

    start: int
    end: int
    address: str
    wrappers: tuple[str, ...]


def imports(css: str) -> Iterator[Import]:
    """The statements at the head of a stylesheet, where alone they count."""
    here = 0
    while True:
        before = _BEFORE.match(css, here)
        here = before.end() if before else here
        match = _IMPORT.match(css, here)
        if match is None:
            return
        yield Import(match.start(), match.end(), _address(match), tuple(_wrappers(match["conditions"])))
        here = match.end()


def may_import(css: str, start: int = 0, end: int | None = None) -> bool:
    """Whether ``css[start:end]`` speaks of an import."""
    return _MAY_IMPORT.search(css, start, len(css) if end is None else end) is not None


def unheeded_imports(css: str) -> Iterator[tuple[int, str]]:
    """Where else a stylesheet says ``@import``, which loads nothing, and what it names, "" for no address."""
    if not may_import(css):
        return
    here = max((found.end for found in imports(css)), default=0)
    for match in _ANYWHERE.finditer(css, here):
        if match["import"]:
            found = _IMPORT.match(css, match.start())
            yield match.start(), _address(found) if found else ""


def _address(match: re.Match[str]) -> str:
    return (match["url"] or match["double"] or match["single"] or "").strip(BLANKS)


def _wrappers(conditions: str) -> Iterator[str]:
    conditions = _REMARKS.sub(" ", conditions)
    layer = _LAYER.match(conditions)
    if layer is not None:
        yield f"@layer {layer.group(1) or ''}".strip(BLANKS)
        conditions = conditions[layer.end() :]
    supports = _SUPPORTS.match(conditions)
    if supports is not None:
        yield f"@supports {supports.group(1)}"
        conditions = conditions[supports.end() :]
    if conditions.strip(BLANKS):
        yield f"@media {conditions.strip(BLANKS)}"


def _has_rules(css: str) -> bool:
    """Whether a stylesheet says more than what it imports."""
    rest = css[max((found.end for found in imports(css)), default=0) :]
    before = _BEFORE.match(rest)
    return before is None or before.end() < len(rest)


@dataclass(frozen=True)
class _Statement:
    """A statement that nothing here can take the place of, and the text that it stands in."""

    css: str
    origins: Origins
    start: int
    end: int


class Importer:
    """Writes stylesheets with what they import in place.

    What cannot be read here goes before what is: behind a rule an import counts for nobody.

    ``unread`` is told of each address that is on the web, named by data or not there, with its place and the
    files whose rules it has come to stand before;
    ``unheeded`` of each that stands where an import loads nothing; ``read`` of each file that is taken.
    """

    def __init__(
        self,
        templates: TemplateSet,
        unread: Callable[[str, Location, Sequence[str]], None] = lambda *_: None,
        read: Callable[[SourceFile], None] = lambda _: None,
        unheeded: Callable[[str, Location], None] = lambda _, __: None,
    ) -> None:
        self._templates = templates
        self._unread = unread
        self._read = read
        self._unheeded = unheeded
        self._passed: dict[Location, tuple[str, ...]] = {}

    def expanded(self, file: SourceFile) -> SourceFile:
        """A stylesheet of the set as it reads with its imports in place."""
        tracer = Tracer(Origins.of_file(file))
        self.write(tracer, file.text, Origins.of_file(file), (file.label,))
        return SourceFile(file.path, file.label, tracer.build()[0])

    def brought(self, css: str, origins: Origins, start: int, end: int) -> dict[str, str]:
        """What each statement at the head of ``css[start:end]`` brings; of that nothing is told."""
        silent = Importer(self._templates)
        found = {}
        for item in imports(css[start:end]):
            first, last = start + item.start, start + item.end
            tracer = Tracer(origins)
            silent.write(tracer, css, origins, (), first, last)
            written, text = css[first:last], tracer.build()[0]
            # Where it has no end but that of the stylesheet, it need not be the last thing any more.
            found[written] = f"{text};" if text == written and not text.endswith(";") else text
        return found

    def write(
        self,
        tracer: Tracer,
        css: str,
        origins: Origins,
        chain: tuple[str, ...],
        start: int = 0,
        end: int | None = None,
        *,
        within: bool = False,
        lifted: bool | None = None,
    ) -> int:
        """Append the stylesheet in ``css[start:end]``; ``chain`` are the files that led to it.

        It stands ``within`` the block of an at-rule where one of them was imported on a condition. Of its
        statements those that nothing takes the place of are ``lifted`` to where somebody else has put them;
        None where it is to be found out whether they have to be.

        Returns:
            Where the last piece that was copied begins.

        Raises:
            CompileError: a file that imports itself, or is imported on a condition that data name.
            LimitError: the result is beyond ``MAX_CHARACTERS``.
            SourceError: a file that cannot be read.
        """
        end = len(css) if end is None else end
        here = start
        going = self._going(css, origins, chain, start, end) if lifted is None and not within else []
        for found in imports(css[start:end]):
            place = origins.locate(start + found.start)
            file = self._file(found, place)
            if file is None:
                if within:
                    self._unheeded(found.address, place)
                else:
                    self._unread(found.address, place, self._passed.get(place, ()))
                if lifted:
                    tracer.copy(css, origins, here, start + found.start)
                    here = start + found.end
                continue
            self._read(file)
            if is_veiled(css[start + found.start : start + found.end]):
                raise CompileError(
                    f"Data cannot say when {file.label} is imported: it is brought before there are any.",
                    location=place,
                    remedy="Write the condition without Mustache, or a <style> in a section for each case.",
                )
            if file.label in chain:
                raise CompileError(
                    f"Stylesheets import each other without end: {' → '.join([*chain, file.label])}.",
                    location=place,
                    remedy="Take one of the imports out.",
                )
            tracer.copy(css, origins, here, start + found.start)
            for each in going if not lifted else ():
                tracer.copy(each.css, each.origins, each.start, each.end)
                tracer.insert("\n" if each.css[each.end - 1] == ";" else ";\n", origins, start + found.start)
            lifted = bool(lifted or going)
            tracer.insert(
                "".join(f"{wrapper} {{\n" for wrapper in found.wrappers), origins, start + found.start
            )
            in_block = within or bool(found.wrappers)
            text = nestable(file.text) if in_block else file.text
            last = self.write(
                tracer,
                text,
                Origins.of_file(file),
                (*chain, file.label),
                within=in_block,
                lifted=bool(lifted) and not in_block,
            )
            ends = completion(text[last:])  # a file ends with all that it leaves open
            tracer.insert(ends + "\n}" * len(found.wrappers), origins, start + found.start)
            here = start + found.end
            if tracer.length > MAX_CHARACTERS:
                raise LimitError(
                    f"With its imports in place the stylesheet is longer than {MAX_CHARACTERS:,} characters.",
                    location=place,
                    remedy="Import fewer stylesheets within stylesheets.",
                )
        for offset, address in unheeded_imports(css[start:end]):
            self._unheeded(address, origins.locate(start + offset))
        tracer.copy(css, origins, here, end)
        return here

    def _file(self, found: Import, place: Location) -> SourceFile | None:
        """The stylesheet of the set that a statement names; None where it names none."""
        if is_veiled(found.address):
            return None
        return linked_file(found.address, place, self._templates, beside=True)

    def _going(
        self, css: str, origins: Origins, chain: tuple[str, ...], start: int, end: int
    ) -> list[_Statement]:
        """The statements to go before the first file that is brought; none where none of them follows a rule.

        Not those of a file that is imported on a condition, which would not hold for them there.
        """
        try:
            reached = list(islice(self._reached(css, origins, chain, start, end), _MOST_REACHED))
            here = [
                self._file(found, origins.locate(start + found.start)) for found in imports(css[start:end])
            ]
        except BbwsTemplatesError:
            return []  # it is raised where the file is to be read
        own = next((number for number, file in enumerate(here) if file is not None), len(here))
        going = []
        passed: list[str] = []
        late = behind = False
        for each in reached[own:]:
            if isinstance(each, _Statement):
                going.append(each)
                late = late or behind
                if passed:
                    self._passed[each.origins.locate(each.start)] = tuple(dict.fromkeys(passed))
            else:
                behind = True
                passed += [each] if each else []
        return going if late else []

    def _reached(
        self, css: str, origins: Origins, chain: tuple[str, ...], start: int, end: int
    ) -> Iterator[_Statement | str]:
        """The statements that stay, in order, and the labels of files between them, "" without rules."""
        for found in imports(css[start:end]):
            file = self._file(found, origins.locate(start + found.start))
            if file is None:
                yield _Statement(css, origins, start + found.start, start + found.end)
                continue
            if not found.wrappers and file.label not in chain:
                inner = Origins.of_file(file)
                yield from self._reached(file.text, inner, (*chain, file.label), 0, len(file.text))
            yield file.label if found.wrappers or _has_rules(file.text) else ""
