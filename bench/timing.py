"""Time pieces of work in alternated rounds, because machines are shared and noisy.

Every figure is a median over rounds in which all contestants run in turn, so a slow moment of the
machine hits each alike; processor time is printed beside wall time, because it holds on a busy
machine.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

ROUNDS: Final = 5


@dataclass(frozen=True)
class Timing:
    """One contestant's rounds: wall and processor seconds for one unit of work."""

    name: str
    wall_s: tuple[float, ...]
    cpu_s: tuple[float, ...]

    @property
    def median_s(self) -> float:
        """Median wall time of one unit."""
        return statistics.median(self.wall_s)

    @property
    def median_cpu_s(self) -> float:
        """Median processor time of one unit."""
        return statistics.median(self.cpu_s)

    @property
    def spread(self) -> str:
        """Fastest and slowest round, in milliseconds."""
        return f"{min(self.wall_s) * 1e3:.3g} … {max(self.wall_s) * 1e3:.3g} ms"


def alternate(
    work: Mapping[str, Callable[[], object]], *, units: int = 1, rounds: int = ROUNDS
) -> dict[str, Timing]:
    """Run each contestant once to warm up, then `rounds` times in turn; `units` per call."""
    walls: dict[str, list[float]] = {name: [] for name in work}
    cpus: dict[str, list[float]] = {name: [] for name in work}
    for run in work.values():
        run()
    for _ in range(rounds):
        for name, run in work.items():
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            cpus[name].append((time.process_time() - cpu) / units)
            walls[name].append((time.perf_counter() - wall) / units)
    return {name: Timing(name, tuple(walls[name]), tuple(cpus[name])) for name in work}


def table(rows: list[tuple[str, str, str, str]]) -> str:
    """Lay out (measure, reach, measured, spread) as a Markdown table."""
    head = ["| measure | reach | measured | spread |", "|---|---|---|---|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])
