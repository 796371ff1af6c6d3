"""`troth worker`: jobs are done in this process, without pages."""

import signal
import threading
from types import FrameType
from typing import Final

from troth.site.boot import open_data
from troth.site.config import Config
from troth.site.faults import tell_where_threads_are

LOOK_SECONDS: Final = 0.2
"""How soon it is noticed that workers who run until nothing is left have ended."""


def work(config: Config, threads: int, *, until_empty: bool) -> None:
    """Do jobs until SIGTERM or SIGINT, or until none is due; the job in hand is finished.

    Raises CannotGoOnError where there are no data yet, or they are not up to date.
    """
    tell_where_threads_are()
    open_data(config)
    from troth.ledger.sequencer import Sequencer  # noqa: PLC0415 - needs Django set up
    from troth.site.background import Background, known_jobs  # noqa: PLC0415 - the same
    from troth.site.recovery import recover  # noqa: PLC0415 - the same
    from troth.store import Store  # noqa: PLC0415 - the same
    from troth.store.jobs import hand_over  # noqa: PLC0415 - the same
    from troth.store.jobs_worker import Workers  # noqa: PLC0415 - the same

    store, asked_to_stop = Store(), threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, stop)
    recover(store)
    hand_over(known_jobs())
    workers = Workers(store, known_jobs(), threads, until_empty=until_empty)
    running = Background([Sequencer(store), workers])
    running.start()
    try:
        while not asked_to_stop.wait(LOOK_SECONDS) and not (until_empty and workers.wait(0)):
            pass
    finally:
        running.stop()
