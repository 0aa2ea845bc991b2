"""Programs that a setting names: what it names is looked at, and never passed over for another."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.browser.errors import BrowserNotFoundError


@dataclass(frozen=True)
class Chosen:
    """What the setting ``setting`` names: ``named`` as it is written, ``path`` as it is found.

    ``name`` is what people call what is wanted, ``expected`` what the setting has to name.
    """

    setting: str
    named: str
    path: Path
    name: str
    expected: str

    def wrong(self, found: str) -> BrowserNotFoundError:
        """That it names another thing; ``found`` says what, as ``it says nothing``."""
        return BrowserNotFoundError(
            f"{self.setting} names '{self.named}', which is no {self.name}: {found}.",
            remedy=f"Expected is {self.expected}. "
            f"Correct the setting or remove it to have {self.name} found.",
        )

    def of_kind(self, *, folder: bool = False) -> Chosen:
        """Itself, where there is a file, or a folder, of that name.

        Raises:
            BrowserNotFoundError: there is none.
        """
        try:
            mode = self.path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            raise self.wrong("there is nothing of that name") from None
        except OSError as error:  # too long a name, a loop of links, or a folder that may not be looked into
            raise self.wrong(f"{error.strerror or error}") from None
        except ValueError:
            raise self.wrong("no path has such characters") from None
        if stat.S_ISDIR(mode) is not folder:
            raise self.wrong("it is a file" if folder else "it is a folder")
        if not folder and not stat.S_ISREG(mode):
            # Nothing reads it to its end: a device has none, and a pipe waits for whoever writes.
            raise self.wrong("it is a device, a pipe or a socket, and no file")
        return self


def choice(
    setting: str, environ: Mapping[str, str], *, name: str, expected: str, folder: bool = False
) -> Chosen | None:
    """What the setting names, None where it is not set: a path, or a command of the PATH.

    Raises:
        BrowserNotFoundError: there is no file of that name, or no folder where one is wanted.
    """
    named = environ.get(setting, "").strip()
    if not named:
        return None
    path = Path(shutil.which(named, path=environ.get("PATH")) or named).absolute()
    return Chosen(setting, named, path, name, expected).of_kind(folder=folder)
