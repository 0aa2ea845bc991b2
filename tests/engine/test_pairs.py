"""Generated templates and data by the hundred thousand, against chevron and mustache.js, in every mode.

Each pair is rendered strictly and leniently, by the walk over the tree and by the function that a template
becomes. What a mode does to values is done to the data before another engine gets them; that engine then has
to say the same.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import chevron
import pytest

from bbws_templates import BbwsTemplatesError, Mode, Template
from bbws_templates.engine import RenderWarning
from bbws_templates.errors import WrongTypeError
from bbws_templates.escaping import escape_html, html_characters, one_line, text_characters
from bbws_templates.nodes import Node, Section, Text
from tests.compiler.test_other_engines import MODULE, node
from tests.engine.pairs import Pairs, drawn_pairs
from tests.waiting import patience

_DATA = 20
_AT_ONCE = 500
_FITTING: dict[Mode, Callable[[str], str]] = {
    Mode.MUSTACHE: str,
    Mode.HTML: html_characters,
    Mode.TEXT: text_characters,
    Mode.HEADER: one_line,
}


def rendered(pairs: Pairs) -> list[tuple[str, bool]]:
    """What each of the data makes of the template, and whether only what other engines print is printed."""
    template = Template.parse(pairs.template)
    function = template.written_out(pairs.mode)
    made = []
    for data in pairs.data:
        warnings: list[RenderWarning] = []
        pieces = template.trace(data, mode=pairs.mode, strict=False, warnings=warnings)
        text = "".join(piece.text for piece in pieces)
        assert template.render(data, mode=pairs.mode, strict=False) == text, (pairs.template, data)
        assert function is None or function(data) in {None, text}, (pairs.template, data)
        try:
            assert template.render(data, mode=pairs.mode) == text
            is_refused = False
        except BbwsTemplatesError:
            is_refused = True
        assert is_refused == bool(warnings), (pairs.template, data)
        made.append((text, all(each.code != WrongTypeError.code for each in warnings)))
    return made


def fitted(value: Any, mode: Mode) -> Any:
    """``value`` with all text in it as the mode has it."""
    if isinstance(value, str):
        return _FITTING[mode](value)
    if isinstance(value, Mapping):
        return {name: fitted(member, mode) for name, member in value.items()}
    return [fitted(item, mode) for item in value] if isinstance(value, list) else value


def fitted_template(pairs: Pairs) -> str:
    """The template with its own text as the mode has it: each stretch of text between two tags."""
    if pairs.mode is not Mode.HEADER:
        return pairs.template
    parsed = Template.parse(pairs.template)
    return parsed.source if one_line(parsed.source) == parsed.source else _one_line_between_tags(parsed)


def _one_line_between_tags(template: Template) -> str:
    source, made, at = template.source, "", 0
    for start, end in sorted(_stretches(template.nodes)):
        made += source[at:start] + one_line(source[start:end])
        at = end
    return made + source[at:]


def _stretches(nodes: Iterable[Node]) -> Iterable[tuple[int, int]]:
    for each in nodes:
        if isinstance(each, Section):
            yield from _stretches(each.children)
        elif isinstance(each, Text):
            yield each.start, each.start + len(each.text)


def by_chevron(pairs: Pairs) -> list[str]:
    """What chevron says; it escapes no apostrophe, and has no other way for text than to escape nothing."""
    is_escaped = pairs.mode in {Mode.HTML, Mode.MUSTACHE}
    template = fitted_template(pairs)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("chevron.renderer._html_escape", escape_html if is_escaped else str)
        return [chevron.render(template, fitted(data, pairs.mode)) for data in pairs.data]


def by_mustache_js(groups: list[Pairs]) -> list[list[str]]:
    tasks = [
        {
            "template": fitted_template(each),
            "data": [fitted(data, each.mode) for data in each.data],
            "escape": each.mode in {Mode.HTML, Mode.MUSTACHE},
        }
        for each in groups
    ]
    if not MODULE.is_file():
        pytest.fail("mustache.js is not installed: run `make tools`.")
    done = subprocess.run(
        [node(), str(Path(__file__).with_name("pairs.mjs"))],
        input="\n".join(json.dumps(task) for task in [{"path": str(MODULE)}, *tasks]) + "\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=patience(120),
    )
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def require_equal(seed: int, templates: int) -> None:
    """So many templates with twenty data each say what the other engines say."""
    compared = {"chevron": 0, "mustache.js": 0}
    drawn = drawn_pairs(seed, templates, _DATA)
    while groups := list(islice(drawn, _AT_ONCE)):
        ours = [rendered(each) for each in groups]
        for each, made in zip(groups, ours, strict=True):
            for data, (text, is_common), theirs in zip(each.data, made, by_chevron(each), strict=True):
                # A list that is printed has its text as Python writes it, and not as the mode has it.
                if is_common or each.mode is Mode.MUSTACHE:
                    assert text == theirs, (each.template, each.mode, data)
                    compared["chevron"] += 1
        in_json = [(each, made) for each, made in zip(groups, ours, strict=True) if each.is_json]
        results = by_mustache_js([each for each, _ in in_json])
        for (each, made), others in zip(in_json, results, strict=True):
            for data, (text, is_common), other in zip(each.data, made, others, strict=True):
                if is_common:
                    assert text == other, (each.template, each.mode, data)
                    compared["mustache.js"] += 1
    print(f"seed {seed}: {compared}")
    assert compared["chevron"] > templates * _DATA // 2
    assert compared["mustache.js"] > templates * _DATA // 4


@pytest.mark.parametrize(
    ("seed", "templates"),
    [(1, 200), *(pytest.param(seed, 5_000, marks=pytest.mark.heavy("drawn")) for seed in range(2, 12))],
)
def test_generated_pairs_equal_chevron_and_mustache_js(seed: int, templates: int) -> None:
    require_equal(seed, templates)
