"""Errors of the screenshots; the base and the tree are in ``bbws_templates.errors``.

::

    BbwsTemplatesError
    ├── BrowserError               the browser does not do its work
    │   ├── BrowserNotFoundError   there is none, or none that runs
    │   ├── BrowserCrashedError    it crashed or hung, twice, on the same page
    │   │   └── BrowserStartError  it did so while it started: no other page is worth a try
    │   └── FrameError             the window that is asked for is none that it can have
    ├── BaselineError              an approved picture or its sidecar cannot be read or written
    │   └── NothingComparedError   there is no comparison yet to show or decide upon
    ├── RendererMismatchError      baselines of another renderer: pixels would say nothing
    ├── ApprovalError              a decision that cannot be made or taken back
    ├── SettingsError              the screenshot settings file is wrong
    └── UnapprovedChangesError     a release would carry visual changes that nobody approved
"""

from __future__ import annotations

from bbws_templates.errors import BbwsTemplatesError


class BrowserError(BbwsTemplatesError):
    """The browser does not do its work."""

    code = "browser"


class BrowserNotFoundError(BrowserError):
    """No Chromium on this machine, or none that runs."""

    code = "browser-not-found"


class BrowserCrashedError(BrowserError):
    """The browser crashed or hung on a page, and a fresh one did too."""

    code = "browser-crashed"


class BrowserStartError(BrowserCrashedError):
    """The browser did not start, and did not the second time."""

    code = "browser-start"


class FrameError(BrowserError):
    """A browser has no window of this width, or knows no such colours; it draws what else it is asked for."""

    code = "browser-frame"


class BaselineError(BbwsTemplatesError):
    """A baseline, its sidecar or a record of the last run cannot be read or written."""

    code = "baseline"


class NothingComparedError(BaselineError):
    """There is no comparison yet that could be shown or decided upon."""

    code = "nothing-compared"


class RendererMismatchError(BbwsTemplatesError):
    """Baselines that another renderer drew: a comparison of pixels would say nothing about the emails."""

    code = "renderer-mismatch"


class ApprovalError(BbwsTemplatesError):
    """A decision about pictures that cannot be made, or cannot be taken back."""

    code = "approval"


class SettingsError(BbwsTemplatesError):
    """The screenshot settings file cannot be understood."""

    code = "screenshot-settings"


class UnapprovedChangesError(BbwsTemplatesError):
    """A release would carry visual changes that nobody has approved."""

    code = "unapproved-visual-changes"
