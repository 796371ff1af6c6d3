"""Types that are read from outside, made ready before two threads read one.

msgspec fills in what it must know of a type when it is read for the first time. Two threads that do
so at once end the process (0.22: one finds it half filled). So whoever reads a type within a
function has it made ready as its module is loaded: by a `Decoder` of its own, or by this.
"""

import msgspec


def ready(*types: type) -> None:
    """Have msgspec know all of these types."""
    for one in types:
        msgspec.json.Decoder(one)
