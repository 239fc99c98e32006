"""A whole day by HTTP at any size: how fast it goes, how late the board is, how long each page takes.

uv run python benchmarks/day.py [--applicants 120] [--stations 2] [--staff 3] [--speed 10]

Without --speed people come as fast as they can be served; with it evenly, as 120 in six hours that many times as fast.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.day import DAY_SECONDS, NAMES, delays, run, served


def main() -> None:
    """Print the speed, the board's delay and one line per page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applicants", type=int, default=120)
    parser.add_argument("--stations", type=int, default=2)
    parser.add_argument("--staff", type=int, default=3, choices=range(1, len(NAMES) + 1))
    parser.add_argument("--speed", type=float, default=0.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), given.applicants) as site:
        room = run(site, given.applicants, given.stations, given.staff, given.speed)
    late = sorted(delays(room))
    print(f"load {os.getloadavg()[0]:.1f}; {given.applicants} people in {room.seconds:.0f} s", end="; ")
    print(f"{DAY_SECONDS / room.seconds:.0f} times a day of six hours; {room.lost_races} claims lost to a colleague")
    print(f"board after a move: median {statistics.median(late):.2f} s, slowest {late[-1]:.2f} s of {len(late)}")
    pages: dict[str, list[float]] = defaultdict(list)
    for client in room.clients:
        for path, seconds in client.times:
            pages[path].append(seconds * 1000)
    for path, took in sorted(pages.items()):
        if len(took) >= 20:
            p95 = statistics.quantiles(took, n=20)[-1]
            print(f"{path:<44} {len(took):>5} times   median {statistics.median(took):6.1f} ms   p95 {p95:6.1f} ms")


if __name__ == "__main__":
    main()
