"""The brand of the twelve as the design fixes it: logo, colours, and whom the footer names."""

from __future__ import annotations

import re

import pytest

from app.core.workspace import Workspace
from tests.own_templates import EDITIONS

LOGO = {
    "src": "https://static.kimmyai.io/logos/kimmyai-logo-email.png",
    "width": "200",
    "height": "50",
    "alt": "KimmyAI - WordPress Hosting",
}
PALETTE = {
    "#0066cc", "#004080", "#3385d6", "#28a745", "#ffc107", "#dc3545",
    "#333333", "#666666", "#ffffff", "#f4f4f4", "#dddddd",
}  # fmt: skip
"""The design's own; what a dark screen shows is ours and stands apart."""
BAND = "#b3d1f0"
"""30 % of the primary colour: the one ground of the logo that no client was seen to darken."""

every_template = pytest.mark.parametrize("name", EDITIONS)


def html_of(workspace: Workspace, name: str) -> str:
    return workspace.render(name, workspace.fixture(name, "typical").data).html


@every_template
def test_the_logo_is_that_of_the_brand_in_its_size_and_has_its_words(workspace: Workspace, name: str) -> None:
    images = re.findall(r"<img\b[^>]*>", html_of(workspace, name))
    (logo,) = [image for image in images if "logo" in image]
    found = dict(re.findall(r'([\w-]+)="([^"]*)"', logo))
    assert {attribute: found.get(attribute) for attribute in LOGO} == LOGO


@every_template
def test_the_footer_names_the_company_and_whom_to_write_to(workspace: Workspace, name: str) -> None:
    html = html_of(workspace, name)
    assert "KimmyAI - WordPress Hosting Solutions" in html
    contact = "billing@kimmyai.io" if name.startswith("invoices/") else "support@kimmyai.io"
    assert f"mailto:{contact}" in html


@every_template
def test_colours_on_a_light_screen_are_those_of_the_brand(workspace: Workspace, name: str) -> None:
    html = html_of(workspace, name)
    inline = " ".join("".join(pair) for pair in re.findall(r'\bstyle="([^"]*)"|\bbgcolor="([^"]*)"', html))
    used = {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}\b", inline)}
    assert used, "nothing was looked at"
    assert used <= PALETTE | {BAND}
    outside = [tag for tag in re.findall(r"<[^>]*>", html) if BAND in tag]
    assert len(outside) == 1
    assert 'class="band"' in outside[0]
