"""Work in a thread that tells how far it is and can be stopped, for what takes longer than a second."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

News = TypeVar("News")


class Stopped(Exception):
    """Raised where work tells its progress after it was asked to stop; what is at work cannot be stopped otherwise."""


class StopFlags:
    """One flag for each visitor's running work, so that Cancel ends the work and not only its display."""

    def __init__(self) -> None:
        self._flags: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def begin(self, visitor: str) -> threading.Event:
        """A fresh flag; whatever this visitor had running is stopped."""
        with self._lock:
            if visitor in self._flags:
                self._flags[visitor].set()
            flag = self._flags[visitor] = threading.Event()
        return flag

    def stop(self, visitor: str) -> None:
        """Sets the flag of this visitor, if there is one."""
        with self._lock:
            if visitor in self._flags:
                self._flags[visitor].set()

    def end(self, visitor: str, flag: threading.Event) -> None:
        """Forgets a flag, unless a later run has put its own in the place."""
        with self._lock:
            if self._flags.get(visitor) is flag:
                del self._flags[visitor]


def told_by_thread(work: Callable[[Callable[[News], None]], None], stop: threading.Event) -> Iterator[News]:
    """Runs work in a thread and yields what it tells, until it has ended.

    Args:
        work: called with a function to tell something by, which raises `Stopped` once `stop` is set.
        stop: ends the work; closing this iterator sets it.

    Raises:
        BaseException: whatever the work raises, `Stopped` included.
    """
    told: queue.Queue[tuple[str, Any]] = queue.Queue()

    def tell(news: News) -> None:
        if stop.is_set():
            raise Stopped
        told.put(("news", news))

    def run() -> None:
        try:
            work(tell)
            told.put(("end", None))
        except BaseException as error:  # noqa: BLE001 - carried over to the page's thread, which raises it
            told.put(("error", error))

    threading.Thread(target=run, daemon=True).start()
    try:
        while True:
            what, news = told.get()
            if what == "end":
                return
            if what == "error":
                raise news
            yield news
    finally:
        stop.set()  # the page has gone or the run is over: the thread leaves when it next tells something
