"""Put thousands of random defects into sound documents; measure what is found, placed, mended.

Usage: python benchmarks/mutants.py [--number N] [--seed N] [--misses N]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline import knowledge  # noqa: E402
from tests import mutants  # noqa: E402
from tests.mutants import measure  # noqa: E402


def main() -> int:
    """Print the shares and the misses; exit 1 when a share is below what is asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--number", type=int, default=2400, help="mutants (default 2400)")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--misses", type=int, default=20, help="misses to list (default 20)")
    asked = arguments.parse_args()
    known = knowledge.load()
    documents = dict(measure.sound_documents(ROOT))
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sound = {key: measure.sound_read(one, known, folder) for key, one in documents.items()}
        made = mutants.several(documents, asked.number, asked.seed)
        scores = [measure.score(one, sound[one.source], known, folder) for one in made]
    safe = [one for one in scores if one.mutant.mends]
    found = sum(one.found for one in scores) / len(scores)
    placed = sum(one.placed for one in scores) / len(scores)
    mended = sum(one.mended for one in safe) / len(safe)
    kinds = len({one.mutant.kind for one in scores})
    print(f"{len(scores)} mutants of {kinds} kinds in {len(documents)} sound documents,", end=" ")
    print(f"{time.perf_counter() - start:.0f} s")
    print(f"found   {found:8.2%}")
    print(f"placed  {placed:8.2%}")
    print(f"mended  {mended:8.2%} of {len(safe)} where a rule is safe")
    missed = [one for one in scores if not (one.found and one.placed and one.mended)]
    for one in missed[: asked.misses]:
        where = one.mutant.pointers[:1] or one.mutant.lines
        print(f"missed: {one.mutant.kind} in {one.mutant.source} at {where}: {list(one.codes)}")
    return 0 if min(found, placed) >= 0.98 and mended >= 0.99 else 1


if __name__ == "__main__":
    sys.exit(main())
