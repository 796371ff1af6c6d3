"""`troth serve` with the tests' own doors: `python -m tests.loss.driver serve …`.

All else is as users run it: the start, the pages, the sequencer, the jobs. No product has a way
to enrol yet, so `/loss/…` stands for the edge that will.
"""

from typing import Any

from troth.cli.main import main
from troth.site import server
from troth.site.boot import boot


def start(config: Any) -> Any:
    """Start as `troth serve` does, then put the tests' doors before its own."""
    proposal = boot(config)
    from tests.loss.doors import beside  # noqa: PLC0415 - needs Django set up
    from troth.site import asgi  # noqa: PLC0415 - the same

    vars(asgi)["edge"] = beside(asgi.edge)
    return proposal


if __name__ == "__main__":
    vars(server)["boot"] = start
    main()
