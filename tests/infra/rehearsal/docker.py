"""``docker login`` and ``docker buildx imagetools create`` against a file of tags; that folder comes first.

It needs nothing but Python, for it runs in the folders of jobs. It is no engine: asked for anything else, as
``docker info``, it fails.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """0 for a login with a password, and for a tag that is given to a digest; else 1."""
    tags, words = Path(arguments[0]), arguments[1:]
    if words[:1] == ["login"] and words[-1:] == ["--password-stdin"]:
        return 0 if sys.stdin.read() else 1
    if words[:3] == ["buildx", "imagetools", "create"]:
        tag, image = words[words.index("--tag") + 1], words[-1]
        if re.fullmatch(r"[^@]+@sha256:[0-9a-f]{64}", image) and ":" in tag:
            known = json.loads(tags.read_text(encoding="utf-8")) if tags.is_file() else {}
            tags.write_text(json.dumps({**known, tag: image}), encoding="utf-8")
            return 0
    print(f"Error: {' '.join(words[:3])} is not played here", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
