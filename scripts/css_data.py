"""Makes app/core/css/data/ anew from the npm package mdn-data: ``python scripts/css_data.py PACKAGE``.

``PACKAGE`` is the folder that ``npm pack mdn-data`` and ``tar xf`` leave. What is taken: the value syntax of
each property and of what it refers to, the longhands of each shorthand, the names of pseudo-classes and
pseudo-elements.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

# Where the data are stricter than the specification: CSS 2.2 takes ``rect()`` with and without commas, CSS
# Shapes a percentage for the radius of a circle, and a word for each of an ellipse.
_RADIUS = "[ <radial-extent> | <length-percentage [0,∞]> ]"
CORRECTIONS = {
    "circle()": f"circle( {_RADIUS}? [ at <position> ]? )",
    "ellipse()": f"ellipse( [ {_RADIUS}{{2}} ]? [ at <position> ]? )",
    "shape": "rect( <top>, <right>, <bottom>, <left> ) | rect( <top> <right> <bottom> <left> )",
}
FOLDER = Path(__file__).resolve().parents[1] / "app" / "core" / "css" / "data"


def main() -> None:
    """Read the package, write one JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("package", type=Path)
    package = parser.parse_args().package
    read = {name: _json(package / "css" / f"{name}.json") for name in ("properties", "syntaxes", "selectors")}
    longhands = {name: _longhands(item) for name, item in sorted(read["properties"].items())}
    data = {
        "source": f"mdn-data {_json(package / 'package.json')['version']}, CC0-1.0",
        "properties": {name: item["syntax"] for name, item in sorted(read["properties"].items())},
        "longhands": {name: found for name, found in longhands.items() if found},
        "syntaxes": {name: item["syntax"] for name, item in sorted(read["syntaxes"].items())} | CORRECTIONS,
        "pseudos": sorted(name.removesuffix("()") for name in read["selectors"] if name.startswith(":")),
    }
    text = json.dumps(data, ensure_ascii=False, indent=1)
    (FOLDER / "mdn.json").write_text(text + "\n", encoding="utf-8")


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _longhands(item: dict[str, Any]) -> list[str]:
    """The properties that a shorthand sets, as its computed or else its initial value lists them."""
    return next((item[key] for key in ("computed", "initial") if isinstance(item[key], list)), [])


if __name__ == "__main__":
    main()
