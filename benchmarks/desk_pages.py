"""How long the desk's pages take at the server with many applications in the window.

uv run python benchmarks/desk_pages.py [--applications 1000] [--times 60]
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from kiosk.domain.states import ApplicationState
from tests.desk_navigator import Browser, Desk

SHARES = (
    (ApplicationState.ACCEPTED, 0.85),
    (ApplicationState.SUBMITTED, 0.06),
    (ApplicationState.IDENTITY_CHECKED, 0.03),
    (ApplicationState.DRAFT, 0.04),
    (ApplicationState.WITHDRAWN, 0.02),
)


def fill(desk: Desk, many: int) -> str:
    """Put ``many`` applications into the window; gives the uid of one that waits."""
    uid = ""
    for state, share in SHARES:
        for _ in range(round(many * share)):
            person = desk.applicant(state)
            uid = person.uid if state is ApplicationState.SUBMITTED else uid
    return uid


def measure(staff: Browser, path: str, times: int) -> tuple[float, float, float]:
    """Median and 95th percentile of one page by the clock, and its median of processor time, in milliseconds."""
    took, worked = [], []
    for _ in range(times):
        begin, working = time.perf_counter(), time.process_time()
        answer = staff.client.get(f"/desk{path}")
        answer.get_data()
        took.append((time.perf_counter() - begin) * 1000)
        worked.append((time.process_time() - working) * 1000)
        assert answer.status_code in (200, 204), (path, answer.status_code)
    return statistics.median(took), statistics.quantiles(took, n=20)[-1], statistics.median(worked)


def main() -> None:
    """Print one line per page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=1000)
    parser.add_argument("--times", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "data")
        uid = fill(desk, given.applications)
        staff = desk.signed_in()
        pages: tuple[str, ...] = (
            "/queue/",
            "/queue/board?seen=x",
            f"/queue/{uid}",
            f"/queue/{uid}/photo.jpg",
            f"/identity/{uid}",
        )
        draft = desk.store.applications.list([ApplicationState.DRAFT])[0].uid
        pages += (f"/queue/{uid}/change/contact_name", "/queue/new", f"/queue/{draft}/question/contact_name")
        pages += (
            "/windows",
            f"/windows/{desk.window.id}/ready",
            f"/windows/{desk.window.id}/report",
            "/batch/?all=1",
            f"/batch/{desk.window.id}",
        )
        for path in (*pages, "/queue/find?wanted=0000", "/queue/ready", "/statistics"):
            median, p95, cpu = measure(staff, path, given.times)
            name = path.replace(uid, "<uid>").replace(draft, "<uid>").replace(desk.window.id, "<window>")
            print(f"{name:<36} median {median:6.1f} ms   p95 {p95:6.1f} ms   processor {cpu:6.1f} ms")


if __name__ == "__main__":
    main()
