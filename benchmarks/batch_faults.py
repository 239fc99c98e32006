"""Kill -9 at random moments of seal, erase, acknowledge and hand-over, and spoilt batches, in numbers.

Prints a line per hundred kills and how many spoilt batches were refused by which name; stops at the first fault.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.batch_faults import Rig


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began, rig = time.monotonic(), Rig(Path(folder))
        rig.rounds(given.kills, lambda name, number: number % 100 == 0 and print(f"{number} kills", flush=True))
        print(f"{given.kills} kills: nothing lost, doubled or half, {time.monotonic() - began:.0f} s")
        found = rig.mutations(given.mutations, given.seed)
        print(f"{sum(found.values())} spoilt batches refused: {found}, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
