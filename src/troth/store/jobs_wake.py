"""Who sleeps until something is to be done is woken at once, within a process."""

import threading


class Waker:
    """Counts how often it was woken: what happens between looking and sleeping isn't missed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def seen(self) -> int:
        """Return the count: to be read before looking for work."""
        return self._count

    def wake(self) -> None:
        """Wake all who sleep."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def sleep(self, seen: int, seconds: float) -> None:
        """Sleep until somebody wakes us, or did since `seen`, and at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen, seconds)


_wakers: set[Waker] = set()


def listen(waker: Waker) -> None:
    """Have it woken whenever a job was enqueued by this process."""
    _wakers.add(waker)


def leave(waker: Waker) -> None:
    """Have it woken no more."""
    _wakers.discard(waker)


def wake() -> None:
    """Wake all who wait for jobs: there may be one."""
    for waker in tuple(_wakers):
        waker.wake()
