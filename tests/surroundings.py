"""What the tests do not take over from whoever starts them: settings that would decide how they end.

A developer has an account, a proxy, colours and a narrow window; a runner of GitHub's has a run; a hook of
git's has a repository. Each test that is about such a setting gives its own.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import Final

_OTHERS: Final = (
    *("AWS_", "BBWS_", "GITHUB_", "BOTO_CONFIG", "SLACK_WEBHOOK_URL", "ENVIRONMENT", "TEMPLATE_FALLBACK"),
    *("TERM", "COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "CLICOLOR", "EDITOR", "VISUAL"),
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"),
    *(
        "PYTHONIOENCODING",
        "PYTHONUTF8",
        "PYTHONWARNINGS",
        "PYTHONDEVMODE",
        "PYTHONOPTIMIZE",
        "PYTHONSAFEPATH",
    ),
)
"""How the names of settings begin that are others': of programs, accounts and windows."""

_OURS: Final = (
    *("BBWS_CHROMIUM", "BBWS_DOMPURIFY", "BBWS_GECKO", "BBWS_ROUNDCUBE", "BBWS_THUNDERBIRD", "BBWS_WEBKIT"),
    *("BBWS_SEED", "BBWS_ROUNDS", "BBWS_CROWD", "BBWS_BEGUN"),
)
"""Of these, what chooses a program to test with, or how much is tested."""

_HERE: Final = ("127.0.0.1", "localhost", "::1")


def settle(environment: MutableMapping[str, str]) -> None:
    """Leave of ``environment`` what tests may take over; no proxy is asked for what runs on this machine."""
    for name in list(environment):
        if name.startswith(_OTHERS) and name not in _OURS:
            del environment[name]
    # What an earlier run has found must not answer for this one; tests of the cache name their own folder.
    environment["BBWS_CACHE"] = os.devnull
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        environment[name] = os.devnull
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    for name in ("NO_PROXY", "no_proxy"):
        environment[name] = ",".join(filter(None, (environment.get(name), *_HERE)))
