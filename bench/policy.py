"""Group *policy*: how long the compiler, the diff and the import take."""

from typing import Final

from bench.policies import generate, raw_text
from bench.timing import Timing, alternate, table
from troth import evidence
from troth.cli.folder import load_files
from troth.policy.check import check
from troth.policy.diff import diff
from troth.policy.importer import import_policy
from troth.policy.read import read
from troth.policy.rulebook import compile
from troth.site.config import bundled_policy

LARGE_STATEMENTS: Final = 2_000
DIFF_STATEMENTS: Final = 500
RAW_BYTES: Final = 1_000_000
EDITED_EVERY: Final = 10
REACH_MS: Final = {
    "check + compile, default policy": 60,
    f"check + compile, {LARGE_STATEMENTS:,} statements": 1_000,
    f"diff of two versions of {DIFF_STATEMENTS} statements": 150,
    "import of 1 MB of raw text": 3_000,
}


def build(files: dict[str, bytes], controls: frozenset[str]) -> None:
    """Read, check and compile a policy, as a server does before it serves it."""
    version = read(files)
    check(version, controls)
    compile(version)


def main() -> None:
    """Measure and print the table."""
    controls = evidence.names()
    default, large = dict(load_files(bundled_policy())), generate(LARGE_STATEMENTS)
    old = read(generate(DIFF_STATEMENTS))
    new = read(generate(DIFF_STATEMENTS, edited_every=EDITED_EVERY))
    raw = {"policy.txt": raw_text(RAW_BYTES)}
    assert len(diff(old, new)) == DIFF_STATEMENTS // EDITED_EVERY
    timings = alternate(
        dict(
            zip(
                REACH_MS,
                (
                    lambda: build(default, controls),
                    lambda: build(large, controls),
                    lambda: diff(old, new),
                    lambda: import_policy(raw, previous=None, keep_noise=False),
                ),
                strict=True,
            )
        )
    )
    print(table([row(timing) for timing in timings.values()]))


def row(timing: Timing) -> tuple[str, str, str, str]:
    """Lay out one measure."""
    return (
        timing.name,
        f"≤ {REACH_MS[timing.name]:,} ms",
        f"{timing.median_s * 1e3:.1f} ms (CPU {timing.median_cpu_s * 1e3:.1f})",
        timing.spread,
    )


if __name__ == "__main__":
    main()
