"""The default policy's files, without Django."""

from troth.policy.reader.files import FILE_NAMES
from troth.site.config import bundled_policy


def default_policy_files() -> dict[str, bytes]:
    """Return them by name."""
    folder = bundled_policy()
    return {name: (folder / name).read_bytes() for name in FILE_NAMES if (folder / name).exists()}
