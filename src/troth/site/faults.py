"""What a process tells of itself where nothing else can any more."""

import faulthandler
import signal
import sys


def tell_where_threads_are() -> None:
    """Have it told where each thread is, should a library end the process, and at SIGUSR1.

    Files, lines and functions: no values.
    """
    if sys.__stderr__ is not None:
        faulthandler.enable(sys.__stderr__)
        faulthandler.register(signal.SIGUSR1, sys.__stderr__)
