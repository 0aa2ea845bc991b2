"""Requests that are made at the same time, and threads that cannot be had for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count
from typing import NoReturn

import pytest

from app.publishing.errors import NoThreadError
from app.publishing.parallel import WORKERS, _Team, at_once, in_parallel
from tests.few_threads import spare
from tests.publishing.interruption import interrupted
from tests.waiting import patience


def test_the_first_failure_stops_what_has_not_begun() -> None:
    begun: list[int] = []
    members: list[threading.Thread] = []
    together = threading.Barrier(WORKERS)

    def work(number: int) -> None:
        begun.append(number)
        members.append(threading.current_thread())
        together.wait(patience())
        failing = next(member for member in members if member is not threading.main_thread())
        if threading.current_thread() is failing:
            raise ValueError("the first")
        failing.join(patience())

    with pytest.raises(ValueError, match="the first"):
        in_parallel(work, range(10 * WORKERS))
    assert sorted(begun) == [*range(WORKERS)]


def test_of_several_failures_that_of_the_first_item_is_told() -> None:
    together = threading.Barrier(2)

    def fail(number: int) -> None:
        together.wait(patience())
        raise ValueError(f"number {number}")

    with pytest.raises(ValueError, match="number 0"):
        in_parallel(fail, range(2))


def test_an_interruption_leaves_nothing_at_work() -> None:
    done: list[int] = []
    waiting, interrupted = threading.Event(), threading.Event()

    def work(number: int) -> None:
        if threading.current_thread() is threading.main_thread():
            waiting.wait(patience())
            interrupted.set()
            raise KeyboardInterrupt
        waiting.set()
        interrupted.wait(patience())
        done.append(number)

    with pytest.raises(KeyboardInterrupt):
        in_parallel(work, range(10 * WORKERS))
    assert not at_work()
    assert len(done) < 10 * WORKERS


def at_work() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "publish"]


def test_who_is_interrupted_while_it_waits_for_the_others_waits_on() -> None:
    """What they have asked for is under way: whoever comes back says that it is over."""
    done: list[int] = []
    both = threading.Barrier(2)
    begun, go_on = threading.Event(), threading.Event()

    def work(number: int) -> None:
        both.wait(patience())
        if threading.current_thread() is not threading.main_thread():
            begun.set()
            go_on.wait(patience())
            done.append(number)

    with interrupted(1, begun, then=go_on.set):
        with pytest.raises(KeyboardInterrupt):
            in_parallel(work, range(2))
        assert done
    assert not at_work()


def test_who_is_interrupted_twice_comes_back_and_nothing_more_is_begun() -> None:
    begun: list[int] = []
    together = threading.Barrier(WORKERS)
    all_begun, go_on = threading.Event(), threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        together.wait(patience())
        if threading.current_thread() is not threading.main_thread():
            all_begun.set()
            go_on.wait(patience())

    with interrupted(2, all_begun), pytest.raises(KeyboardInterrupt):
        in_parallel(work, range(WORKERS))
    left = at_work()
    assert len(left) == WORKERS - 1
    assert all(thread.is_alive() and not thread.daemon for thread in left), "Python waits for them at its end"
    go_on.set()
    for thread in left:
        thread.join(patience())
    assert sorted(begun) == [*range(WORKERS)]


def test_a_helper_that_begins_only_when_all_is_over_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interruption comes while it is started: nobody has counted it yet."""
    begun: list[str] = []
    late: list[threading.Thread] = []

    def start(self: threading.Thread) -> NoReturn:
        late.append(self)
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupting:
        interrupting.setattr(threading.Thread, "start", start)
        with pytest.raises(KeyboardInterrupt):
            in_parallel(lambda number: begun.append(threading.current_thread().name), range(2))
    late[0].start()
    late[0].join(patience())
    assert begun == []


def test_an_interruption_is_told_before_any_failure() -> None:
    together = threading.Barrier(WORKERS)  # so that the main thread has one item, and hardly the first

    def work(number: int) -> None:
        together.wait(patience())
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        raise OSError(f"number {number}")

    with pytest.raises(KeyboardInterrupt):
        in_parallel(work, range(WORKERS))


def test_after_a_failure_nothing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lacked a thread goes back to what is left, which the failure may have emptied before."""
    begun: list[int] = []
    starving, failed = threading.Event(), threading.Event()
    await_helpers = _Team._await_helpers

    def awaited(team: _Team[int, None]) -> None:
        failed.set()  # whoever awaits the others has done with its own
        await_helpers(team)

    def work(number: int) -> None:
        begun.append(number)
        if threading.current_thread() is threading.main_thread():
            starving.wait(patience())
            raise OSError("the failure")
        starving.set()
        failed.wait(patience())
        raise NoThreadError("there is none")

    monkeypatch.setattr(_Team, "_await_helpers", awaited)
    with pytest.raises(OSError, match="the failure"):
        in_parallel(work, range(2))
    assert sorted(begun) == [0, 1]


@pytest.mark.parametrize("threads", [0, 1, WORKERS // 2])
def test_where_threads_are_few_the_others_do_it_all(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    spare(monkeypatch, threads)
    assert in_parallel(lambda number: number * number, range(50)) == [number * number for number in range(50)]
    assert at_once(lambda: "first", lambda: 2) == ("first", 2)


@pytest.mark.parametrize("threads", [1, 2, WORKERS - 1])
def test_work_that_takes_a_thread_itself_gets_that_of_a_helper(
    monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    """A request has a timer: eight at work and no thread for their timers would all fail."""
    spare(monkeypatch, threads)

    def timed(number: int) -> int:
        timer = threading.Thread(target=lambda: None)
        try:
            timer.start()
        except RuntimeError as error:
            raise NoThreadError("there is none") from error
        timer.join()
        return number

    nested: Callable[[int], list[int]] = lambda number: in_parallel(timed, range(number))  # noqa: E731
    assert in_parallel(timed, range(50)) == [*range(50)]
    assert in_parallel(nested, range(9)) == [[*range(number)] for number in range(9)]


def test_where_there_is_no_thread_at_all_it_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = count()

    def starved(_: int) -> None:
        next(tries)
        raise NoThreadError("there is none")

    spare(monkeypatch, 0)
    with pytest.raises(NoThreadError, match="there is none"):
        in_parallel(starved, range(50))
    assert next(tries) == 2
