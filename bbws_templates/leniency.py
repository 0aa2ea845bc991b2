"""What lenient mode prints of data that break their contract: what is harmless, and nothing that was refused.

A contract is what keeps a ``javascript:`` URL out of a link. So a value that it refuses renders empty, in
HTML, text and subject alike, but for what cannot be a link, or a wrong value of a format:

- a number or a boolean where text is due, when the contract has nothing against its text;
- text, a list or an object whose size alone is wrong, unless the text looks like an address or markup: its
  members are checked one by one;
- of data that are refused as a whole (no alternative fits), numbers, booleans and plain text: anything else
  may be what the contract objects to, and a template may print it unescaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bbws_templates.context import MISSING, is_decimal, is_list
from bbws_templates.contract.checking import placed_problems
from bbws_templates.contract.schema import MAX_PATTERN_TEXT, path_of, reason_of, told
from bbws_templates.contract.wording import SIZE
from bbws_templates.errors import ContractProblem
from bbws_templates.json_values import MAX_NESTING
from bbws_templates.values import text_of

# As browsers read an address: without line breaks and tabs, and without control characters before it.
_PASSED_OVER = re.compile(r"[\t\r\n]")
_BEFORE = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_KNOWN = frozenset(
    {"javascript", "vbscript", "livescript", "data", "blob", "file", "cid"}
    | {"http", "https", "ws", "wss", "ftp", "mailto", "tel", "sms"}
)
_ELSEWHERE = re.compile(r"[/\\]|www\.", re.IGNORECASE)
# Where a template prints unescaped, the reader decodes these.
_MARKUP = re.compile(r"<[a-z/!?]|&#|&[a-z][a-z0-9]*;", re.IGNORECASE)
# No scheme, markup, entity, quoted attribute or second host can be written with these.
_PLAIN = re.compile("[A-Za-z0-9 \\t\\r\\n.,;!?'()%+*#/_\xa0-\U0010ffff-]*")
_HOST = re.compile(r"//|www\.", re.IGNORECASE)


def permitted(contract: Mapping[str, Any], data: Any) -> tuple[Any, tuple[ContractProblem, ...]]:
    """``data`` without what ``contract`` refuses, and why; ``data`` as they are when it refuses nothing.

    Raises:
        ContractError: the contract cannot be used, or the check does not come to an end, so that nobody knows
            what is refused.
    """
    problems = placed_problems(contract, data)
    if not problems:
        return data, ()
    scalars = _harmless_scalars(contract, data, problems)
    draft = _Draft(data)
    done: set[tuple[Any, ...]] = set()
    for problem in problems:
        path = path_of(problem)
        value = draft.value(path)
        if value is MISSING or path in scalars or path in done:
            continue
        if not _is_of_another_size(value, problem):
            done.add(path)
            draft.put(path, "" if path else _plain_parts(value))
    return draft.data, tuple(dict.fromkeys(map(told, problems)))


def _harmless_scalars(
    contract: Mapping[str, Any], data: Any, problems: tuple[ContractProblem, ...]
) -> set[tuple[Any, ...]]:
    """The places of numbers and booleans that are refused as such and would be accepted as text."""
    draft = _Draft(data)
    places = set()
    for problem in problems:
        path = path_of(problem)
        value = draft.value(path)
        if isinstance(value, (int, float)) or is_decimal(value):
            places.add(path)
            draft.put(path, text_of(value))
    return places - set(map(path_of, placed_problems(contract, draft.data))) if places else places


class _Draft:
    """Data that are changed in places: containers on the way there are copied, once each."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self._own: dict[int, Any] = {}

    def value(self, path: tuple[Any, ...]) -> Any:
        """What lies at ``path``; ``MISSING`` when nothing does."""
        value = self.data
        for part in path:
            value = _member(value, part)
        return value

    def put(self, path: tuple[Any, ...], value: Any) -> None:
        """Replace what lies at ``path``, which must be there."""
        if not path:
            self.data = value
            return
        container = self.data = self._copied(self.data)
        for part in path[:-1]:
            key: Any = int(part) if isinstance(container, list) else part
            container[key] = self._copied(container[key])
            container = container[key]
        container[int(path[-1]) if isinstance(container, list) else path[-1]] = value

    def _copied(self, container: Any) -> Any:
        if id(container) in self._own:
            return container
        copy: Any = dict(container) if isinstance(container, Mapping) else list(container)
        self._own[id(copy)] = copy
        return copy


def _is_of_another_size(value: Any, problem: ContractProblem) -> bool:
    """Whether nothing but the size of ``value`` is wrong, and that is no address and no markup."""
    if isinstance(value, str) and (
        len(value) > MAX_PATTERN_TEXT or _MARKUP.search(value) or _is_like_an_address(value)
    ):
        return False  # the longest text is not held to its pattern or format at all
    return reason_of(problem).startswith(SIZE)


def _plain_parts(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return value if depth and _is_plain(value) else ""
    if isinstance(value, Mapping) and depth <= MAX_NESTING:
        return {name: _plain_parts(each, depth + 1) for name, each in value.items()}
    if is_list(value) and depth <= MAX_NESTING:
        return [_plain_parts(each, depth + 1) for each in value]
    return value if value is None or isinstance(value, (int, float)) or is_decimal(value) else ""


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not _HOST.search(text) and not _is_like_an_address(text)


def _is_like_an_address(text: str) -> bool:
    text = _PASSED_OVER.sub("", text.lstrip(_BEFORE))
    if "://" in text or _ELSEWHERE.match(text) or ("@" in text and " " not in text):
        return True
    scheme = _SCHEME.match(text)
    if scheme is None:
        return False
    # "Note: by bicycle" is no address, "javascript: alert(1)" is one.
    return scheme[1].lower() in _KNOWN or not text[scheme.end() :][:1].isspace()


def _member(container: Any, part: Any) -> Any:
    if isinstance(container, Mapping):
        return container.get(part, MISSING)
    if is_list(container) and part.isdecimal() and int(part) < len(container):
        return container[int(part)]
    return MISSING
