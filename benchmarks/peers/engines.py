"""The Python engines, one after the other in each round, so that the machine's other work meets all alike.

Called by ``benchmarks/peers.py`` with the Python of ``.venv-bench``: a file of jobs in, medians as JSON out.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chevron
import combustache
import css_inline
import jinja2
import minijinja
import mstache
import premailer
import pystache
import ustache

from bbws_templates.client import TemplateClient
from bbws_templates.compiled import CompiledTemplate
from bbws_templates.contract import require
from bbws_templates.engine import Template
from bbws_templates.mailing import render_email

Work = Callable[[], object]


def whole_mail(job: dict[str, Any]) -> Work:
    """The data held to their contract, then HTML, text, subject and preheader."""
    data, name = job["data"], job["name"]
    compiled = CompiledTemplate(
        name=name,
        html=job["html"],
        text=job["text"],
        subject=job["subject"],
        preheader=job["preheader"],
        sender=("", "a@example.com"),
        reply_to="",
        audience="customer",
        description="",
        contract=job["contract"],
    )

    def whole() -> object:
        require(compiled.contract or {}, data, template=name)
        return render_email(compiled, data)

    return whole


def works(job: dict[str, Any]) -> dict[str, Work]:
    """What is measured of one template with one set of data, by the name of its row."""
    source, data, name = job["html"], job["data"], job["name"]
    template = Template.parse(source, name=name)
    stache = pystache.parse(source)
    renderer = pystache.Renderer(escape=html_escaped)
    by_jinja = jinja2.Environment(autoescape=True).from_string(job["jinja"])
    by_minijinja = minijinja.Environment(
        templates={"mail.html": job["jinja"]}, auto_escape_callback=lambda _: "html"
    )

    return {
        "chevron": lambda: chevron.render(source, data),
        "bbws-templates, HTML": lambda: template.render(data),
        "bbws-templates, whole mail and contract": whole_mail(job),
        "pystache": lambda: renderer.render(stache, data),
        "ustache": lambda: ustache.render(source, data),
        "mstache": lambda: mstache.render(source, data),
        "combustache": lambda: combustache.render(source, data),
        "Jinja2": lambda: by_jinja.render(data),
        "MiniJinja": lambda: by_minijinja.render_template("mail.html", **data),
    }


def senders(job: dict[str, Any]) -> dict[str, Work]:
    """What other teams do at each send: render, then inline what is rendered; here at the cost of both.

    Their templates are in memory already; what fetches them at each send as well takes longer. Ours come from
    a target, a directory, by the call that callers make.
    """
    source, data, name = job["source"], job["data"], job["name"]
    compiled = Template.parse(job["html"], name=name)
    client = TemplateClient(job["target"])
    inliner = css_inline.CSSInliner()
    return {
        "chevron and premailer at each send": lambda: (
            chevron.render(job["html"], data),
            premailer.transform(source, disable_validation=True, cssutils_logging_level="CRITICAL"),
        ),
        "chevron and css-inline at each send": lambda: (
            chevron.render(job["html"], data),
            inliner.inline(source),
        ),
        "bbws-templates": lambda: compiled.render(data),
        "bbws-templates, the client's render": lambda: client.render(name, data),
    }


def html_escaped(text: str) -> str:
    """As the specification has it."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def seconds(work: Work, least: float = 0.01, most: int = sys.maxsize) -> float:
    """Seconds of one call, of as many as take ``least`` seconds, or ``most``."""
    count, spent, start = 0, 0.0, time.perf_counter()
    while spent < least and count < most:
        work()
        count += 1
        spent = time.perf_counter() - start
    return spent / count


def main() -> None:
    """Measure each job in turn, as many rounds as asked."""
    jobs = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    rounds = int(sys.argv[2])
    measured: dict[str, dict[str, list[float]]] = {}
    for job in jobs:
        given = senders(job) if "source" in job else works(job)
        rows = measured[job["label"]] = {row: [] for row in given}
        for work in given.values():
            seconds(work, least=0.5, most=50)  # caches are warm, as they are after a few mails
        for _ in range(rounds):
            for row, work in given.items():
                rows[row].append(seconds(work))
    json.dump(measured, sys.stdout)


if __name__ == "__main__":
    main()
