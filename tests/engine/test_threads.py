"""Templates are shared among threads, and so is the parser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bbws_templates import Template, TemplateSyntaxError, UndefinedVariableError, render


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_do_not_meet() -> None:
    partials = {"row": "{{#rows}}\n<td>{{n}}</td>\n{{>row}}\n{{/rows}}\n"}
    shared = Template.parse("Order {{id}}\n  {{>row}}\n", partials=partials)

    def work(number: int) -> None:
        rows = [{"n": f"{number}-{i}", "rows": []} for i in range(5)]
        expected = f"Order {number}\n" + "".join(f"  <td>{row['n']}</td>\n" for row in rows)
        lines = number % 7 + 1
        for turn in range(15):
            data = {"id": number, "rows": rows}
            assert shared.render(data) == expected
            assert render(f"{turn}{{{{id}}}}", data) == f"{turn}{number}"
            with pytest.raises(TemplateSyntaxError) as caught:
                Template.parse("{{! c }}\n" * lines + " {{open")
            assert str(caught.value.location) == f"template:{lines + 1}:2"
            with pytest.raises(UndefinedVariableError):
                shared.render({"rows": rows})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(32)))
