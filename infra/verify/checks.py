"""What is asked of AWS, what should be answered, and how both become one line of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

from infra.verify.aws import AbsentError, DeniedError, UnansweredError
from infra.verify.compare import ABSENT, Difference, differences, plain, words

_AT_A_TIME: Final = 16
_BY_HAND: Final = "remove by hand what Terraform does not know; for the rest "
_TAKE_A_ROLE: Final = "take a role that may look: the auditor, or an administrator"


@dataclass(frozen=True)
class Check:
    """One line of the report: of ``subject``, ``what`` should be ``expected`` and is ``found``.

    ``remedy`` says what to do about it, and is empty where nothing is to be done. What was not ``seen`` has
    not passed, and is not known to be wrong either: ``found`` says why it could not be asked.
    """

    area: str
    subject: str
    what: str
    expected: str
    found: str
    passed: bool
    remedy: str = ""
    seen: bool = True


@dataclass(frozen=True)
class Question:
    """Something to ask: ``ask`` gives the value that should equal ``expected``.

    ``absent`` is what it counts as when AWS has no such thing; without it, that too is a difference.
    """

    area: str
    subject: str
    what: str
    expected: Any
    ask: Callable[[], Any]
    remedy: str = ""
    absent: Any = ABSENT

    def check(self) -> Check:
        """Ask, and compare. What was not seen is not as designed.

        So a right that is missing fails the check, and an answer that is not of the form that it has where
        everything is as designed: a rule without a pattern of events, a policy that is no JSON.
        """
        try:
            found = self.ask()
        except DeniedError as error:
            return self._unseen(error, _TAKE_A_ROLE)
        except AbsentError:
            found = self.absent
        except UnansweredError as error:
            return self._unseen(error, self.remedy)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            found = f"something of another form: {type(error).__name__}: {error}"
        found_differences = list(differences(self.expected, found))
        if found_differences:
            return self._failed(found_differences, self.remedy)
        as_designed = words(self.expected) if _is_short(self.expected) else "as designed"
        return Check(self.area, self.subject, self.what, as_designed, as_designed, passed=True)

    def _unseen(self, error: UnansweredError, remedy: str) -> Check:
        return replace(self._failed([Difference("", words(self.expected), str(error))], remedy), seen=False)

    def _failed(self, found: Sequence[Difference], remedy: str) -> Check:
        expected = "; ".join(_placed(one.place, one.expected) for one in found)
        what_is = "; ".join(_placed(one.place, one.found) for one in found)
        return Check(self.area, self.subject, self.what, expected, what_is, passed=False, remedy=remedy)


@dataclass(frozen=True)
class Subject:
    """What is being looked at, and which component makes it; makes the questions about it."""

    area: str
    name: str
    component: str

    def question(
        self, what: str, expected: Any, ask: Callable[[], Any], *, absent: Any = ABSENT, remedy: str = ""
    ) -> Question:
        """``what`` should be ``expected``. Without a ``remedy`` it is to apply the component again."""
        again = f"plan and apply the component {self.component}"
        return Question(self.area, self.name, what, expected, ask, remedy or _BY_HAND + again, absent)

    def named(self, name: str) -> Subject:
        """Another subject of the same area and component."""
        return replace(self, name=name)


def ask_all(questions: Iterable[Question]) -> list[Check]:
    """The checks, in the order of the questions, many asked at a time."""
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(Question.check, questions))


def _placed(place: str, text: str) -> str:
    return f"{plain(place)}: {text}" if place else text


def _is_short(value: Any) -> bool:
    return len(words(value)) <= 80
