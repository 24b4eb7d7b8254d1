"""How processor time grows with what is given, which no machine's speed changes."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 8
LINEAR = 3.0 * TIMES
"""Growth below which time is in proportion to size, on a machine that does other work, too."""
QUADRATIC = float(TIMES * TIMES)


def least(*runs: Callable[[], object]) -> float:
    """The least processor time, in seconds, of several runs."""
    taken = []
    for run in runs:
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return min(taken)


def growth(run: Callable[[int], object], size: int) -> float:
    """How many times longer eight times the size takes; each run has a size that none had before,
    so that nothing remembered helps it."""
    small, large = (
        least(*(lambda given=start + n: run(given) for n in range(3)))
        for start in (size, size * TIMES)
    )
    return large / small
