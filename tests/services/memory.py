"""Where the tests write: in memory, if the machine has a folder there with room.

Every commit waits for the disk, as it has to, and a run makes ten thousands of them. The tests end
processes at any moment but never a machine, so a disk would keep for them what memory keeps.
"""

import os
import shutil
from pathlib import Path
from typing import Final

FOLDER: Final = Path("/dev/shm")  # noqa: S108 - open to all; what is made in it is made safely
ROOM_BYTES: Final = 6 << 30


def fits() -> bool:
    """Tell whether it is there with room, and nobody has chosen another folder for the tests.

    PostgreSQL's programs are run from it.
    """
    if "TMPDIR" in os.environ:
        return False
    try:
        runs = not os.statvfs(FOLDER).f_flag & os.ST_NOEXEC
        return runs and shutil.disk_usage(FOLDER).free >= ROOM_BYTES and os.access(FOLDER, os.W_OK)
    except (OSError, AttributeError):  # another system
        return False
