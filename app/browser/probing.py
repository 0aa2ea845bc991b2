"""Programs are asked what they are, and believed no longer than they may take.

On Linux the one that is asked lives with a warden meanwhile, without a network or a home of the machine's:
whatever it starts goes when it has answered, when it has not, and when the run is killed in the middle.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.browser.confinement.faults import ClientGoneError, ClientLateError, ClientRefusedError
from app.browser.confinement.place import Confinement
from bbws_templates.printing import plain

SECONDS = 15.0
"""How long a program may take to say what it is."""
_LONGEST_QUOTE = 80


@dataclass(frozen=True)
class Word:
    """What a program answers: ``text`` and its status, or the ``trouble`` that kept it from answering."""

    text: str = ""
    code: int = 0
    trouble: str = ""

    @property
    def described(self) -> str:
        """What was found, for a sentence: ``it says 'true (GNU coreutils) 9.1'``."""
        if self.trouble:
            return self.trouble
        line = next((line.strip() for line in self.text.split("\n") if line.strip()), "")
        status = f" and ends with status {self.code}" if self.code else ""
        if not line:
            return f"it says nothing{status}"
        return f"it says '{plain(line, _LONGEST_QUOTE + 1)}'{status}"


_known: dict[tuple[object, ...], str] = {}
"""What programs have answered to this process already, by what they were asked and their files."""


def ask(argv: Sequence[str], env: Mapping[str, str], *, settled: bool = True) -> Word:
    """Run a program to its end; ``env`` is what it needs beyond a small environment of our own.

    One that has answered is not asked the same again while the files that ``argv`` names stay as they are.
    It is where the answer may hang on others: it has failed, it is a script, which starts another program,
    or ``settled`` is False, as for one that has settings of its own.
    """
    try:
        Path(argv[0]).stat()
    except OSError as error:
        return Word(trouble=f"it cannot be started: {error.strerror}")
    key = (*argv, *sorted(env.items()), *map(_mark, argv))  # before it is asked: what changes then is seen
    if key in _known:
        return Word(_known[key])
    word = _asked(argv, env, SECONDS)
    if settled and not word.trouble and not word.code and not _is_script(Path(argv[0])):
        _known[key] = word.text
    return word


def _mark(word: str) -> tuple[int, ...]:
    """What is another once the file that ``word`` names, or leads to, is another; () where there is none."""
    try:
        status = Path(word).stat()
    except (OSError, ValueError):
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _is_script(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return True  # it can be run and not read: nobody knows


def _asked(argv: Sequence[str], env: Mapping[str, str], seconds: float) -> Word:
    late = f"it does not answer within {seconds:g} s"
    if sys.platform != "linux":
        try:
            answer = subprocess.run(  # noqa: S603 - a program that the user or our search chose
                argv,
                env={**os.environ, **env},
                capture_output=True,
                timeout=seconds,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            return Word(trouble=f"it cannot be started: {error.strerror}")
        except subprocess.TimeoutExpired:
            return Word(trouble=late)
        return Word((answer.stdout + answer.stderr).decode("utf-8", "replace"), answer.returncode)
    try:
        with Confinement() as place:
            ended = place.run(argv, {**place.environment(), **env}, seconds=seconds)
    except ClientRefusedError as error:
        return Word(trouble=f"it cannot be started: {error}")
    except ClientLateError:
        return Word(trouble=late)
    except (ClientGoneError, OSError) as error:
        return Word(trouble=f"it cannot be asked: {error}")
    return Word(f"{ended.made.decode('utf-8', 'replace')}\n{ended.said}", ended.code)
