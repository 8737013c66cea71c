"""Work in a thread that tells how far it is and can be stopped, for what takes longer than a second."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

News = TypeVar("News")
MOST_WAITING = 256  # flags that are kept; the queue holds fewer visitors
MOST_VISITORS = 1024  # whose file is remembered


class Stopped(Exception):
    """Raised where work tells its progress after it was asked to stop; what is at work cannot be stopped otherwise."""


class StopFlag(threading.Event):
    """Set where work is to stop.

    Attributes:
        is_left: whether the page shows something else by now, so that nothing more of this work belongs there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_left = False


class StopFlags:
    """One flag for each visitor's work, so that Cancel ends the work and not only its display, and while it waits too."""

    def __init__(self) -> None:
        self._waiting: dict[str, StopFlag] = {}
        self._running: dict[str, StopFlag] = {}
        self._lock = threading.Lock()

    def begin(self, visitor: str) -> bool:
        """Takes work in; False when this visitor's earlier work still waits or runs."""
        with self._lock:
            if visitor in self._waiting or visitor in self._running:
                return False
            self._waiting[visitor] = StopFlag()
            if len(self._waiting) > MOST_WAITING:  # the oldest is of somebody who left the page meanwhile
                del self._waiting[next(iter(self._waiting))]
        return True

    def start(self, visitor: str) -> StopFlag | None:
        """The flag of work whose turn has come; None when nothing waits, for it was stopped."""
        with self._lock:
            flag = self._waiting.pop(visitor, None)
            if flag is not None:
                self._running[visitor] = flag
        return flag

    def stop(self, visitor: str, *, leave: bool = False) -> bool:
        """Stops this visitor's work; True when it still waited, so that no run will tell of its end.

        Args:
            visitor: whose.
            leave: the page goes on to something else, so the work must not even tell that it was stopped.
        """
        with self._lock:
            waiting, running = self._waiting.pop(visitor, None), self._running.pop(visitor, None)
        for flag in (waiting, running):
            if flag is not None:
                flag.is_left = leave
                flag.set()
        return waiting is not None

    def end(self, visitor: str, flag: StopFlag) -> None:
        """Forgets a flag, unless a later run has put its own in the place."""
        with self._lock:
            if self._running.get(visitor) is flag:
                del self._running[visitor]


class LatestFile:
    """Which file each visitor has before them by now, so that a verdict that comes late is not shown beside another."""

    def __init__(self) -> None:
        self._paths: dict[str, str | None] = {}
        self._lock = threading.Lock()

    def show(self, visitor: str, path: str | None) -> None:
        """From now on this file, or none, is before the visitor."""
        with self._lock:
            self._paths.pop(visitor, None)  # the order is that of the last change
            self._paths[visitor] = path
            if len(self._paths) > MOST_VISITORS:
                del self._paths[next(iter(self._paths))]

    def is_still(self, visitor: str, path: str | None) -> bool:
        """Whether it is this one; also true of a visitor who is not remembered."""
        with self._lock:
            return self._paths.get(visitor, path) == path


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
