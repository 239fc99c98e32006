"""Camera to canvas at 1280x720, 15 and 30 fps, in Chromium: our photo screen against a bare long poll.

Every frame carries the time it was given by the camera as black and white blocks along its upper edge; the page reads
them back from the canvas once the frame is drawn there. Camera, server and browser share this machine's clock. The bare
long poll has its own plain HTTP server (no framework, no session, no guide) and the shortest page that can draw frames;
both read the same capture thread and are measured in turns in the same run.
"""

import argparse
import http.server
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright
from waitress import create_server

from camera.capture import CaptureThread
from camera.live import live_jpeg
from camera.pace import Pace
from camera.types import Image
from camera.virtual_person import PersonScene
from kiosk.actions.photo_station import station_of
from kiosk.actions.window import make_window, open_window
from kiosk.app import create_app
from kiosk.clock import SystemClock
from kiosk.domain.window import WindowPlan
from kiosk.settings import load_settings
from kiosk.store.vault import REHEARSAL_SUPERVISOR, Vault
from kiosk.wiring import Cameras, Services, make_services

SIZE = (1280, 720)
BLOCK, BITS = 32, 32
DAY_MS = 86_400_000

READ_BACK = """
(() => {
  const found = [];
  window.latencies = found;
  window.stamped = (canvas) => {
    const now = performance.timeOrigin + performance.now();
    const row = canvas.getContext("2d").getImageData(0, 16, 1024, 1).data;
    let stamp = 0;
    for (let bit = 0; bit < 32; bit += 1) stamp = stamp * 2 + (row[(bit * 32 + 16) * 4] > 127 ? 1 : 0);
    found.push((now % 86400000) - stamp / 10);
  };
  document.addEventListener("camera:frame", (event) => window.stamped(event.target));
})();
"""

BARE_PAGE = """<!doctype html><canvas id="view" width="1280" height="720"></canvas><script>
const canvas = document.getElementById("view");
const pen = canvas.getContext("2d", { alpha: false, desynchronized: true });
(async () => {
  for (let after = 0; ;) {
    const answer = await fetch("/frame.jpg?after=" + after);
    if (answer.status !== 200) continue;
    after = Number(answer.headers.get("X-Frame-Number"));
    const picture = await createImageBitmap(await answer.blob());
    pen.drawImage(picture, 0, 0);
    window.stamped(canvas);
  }
})();
</script>"""


class StampedSource:
    """The virtual person holding still, each frame stamped with tenths of milliseconds since midnight UTC."""

    def __init__(self, fps: float) -> None:
        scene = PersonScene(SIZE)
        self._frames = [scene.picture(10.0 + step / fps) for step in range(8)]
        self._fps = fps
        self._given = 0

    def open(self) -> None:
        """Begin."""
        self._pace = Pace(self._fps)

    def read(self) -> Image:
        """The next frame, stamped with now."""
        self._pace.wait()
        self._given += 1
        return stamped(self._frames[self._given % len(self._frames)].copy())

    def close(self) -> None:
        """Nothing to let go of."""


def stamped(frame: Image) -> Image:
    """The frame with the time of day in tenths of milliseconds as 32 blocks along its upper edge."""
    tenths = round(time.time() * 10_000) % (DAY_MS * 10)
    bits = [(tenths >> shift) & 1 for shift in range(BITS - 1, -1, -1)]
    frame[:BLOCK, : BLOCK * BITS] = np.repeat(np.array(bits, np.uint8) * 255, BLOCK)[None, :, None]
    return frame


@contextmanager
def bare_server(camera: CaptureThread) -> Iterator[str]:
    """A plain threaded HTTP server with nothing but the long poll."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path != "/frame.jpg":
                self.answer(200, "text/html", BARE_PAGE.encode())
                return
            frame = camera.next_frame(int(parse_qs(parts.query)["after"][0]), 1.5)
            if frame is None:
                self.answer(204, "image/jpeg", b"")
            else:
                self.answer(200, "image/jpeg", live_jpeg(frame.image), frame.number)

        def answer(self, status: int, kind: str, body: bytes, number: int = 0) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Frame-Number", str(number))
            self.end_headers()
            with suppress(BrokenPipeError):
                self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@contextmanager
def our_server(camera: CaptureThread) -> Iterator[tuple[str, Services]]:
    """The applicant app as it is, on a practice window in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        vault, settings = Vault(Path(folder)), load_settings()
        vault.install_rehearsal()
        plan = WindowPlan("demo-city", "練習株式会社", "第一会議室", date(2026, 11, 24), 30, rehearsal=True)
        window = make_window(vault, SystemClock(settings.time_zone), plan, REHEARSAL_SUPERVISOR)
        open_window(vault, SystemClock(settings.time_zone), window.id, REHEARSAL_SUPERVISOR)
        services = make_services(settings, vault, cameras=Cameras(camera, camera))
        app = create_app("applicant", ("applicant", "form_qr", "photo"), settings, services)
        server = create_server(app, host="127.0.0.1", port=0, threads=settings.threads)
        threading.Thread(target=server.run, daemon=True).start()
        yield f"http://127.0.0.1:{server.effective_port}", services
        station_of(services).end()
        server.close()


def measure(page: Page, seconds: float) -> list[float]:
    """Latencies in milliseconds of the frames drawn during ``seconds``, after a second to settle."""
    page.wait_for_timeout(1000)
    page.evaluate("() => { window.latencies.length = 0; }")
    page.wait_for_timeout(seconds * 1000)
    return list(page.evaluate("() => window.latencies"))


def to_photo_page(page: Page, address: str) -> None:
    """Give consent and open the photo screen."""
    page.goto(address + "/applicant/consent")
    page.locator(".actions .primary").click()
    page.goto(address + "/photo/")


def without_guide(page: Page, address: str) -> None:
    """The photo screen with its guide kept from running, so that only the picture's way is measured."""
    page.route("**/photo/guide.json*", lambda route: route.abort())
    to_photo_page(page, address)


def run(fps: int, seconds: float, rounds: int) -> dict[str, list[float]]:
    """Latencies by variant, measured in turns on one running camera."""
    found: dict[str, list[float]] = {"bare long poll": [], "photo screen, guide resting": [], "photo screen": []}
    camera = CaptureThread(StampedSource(fps))
    camera.start()
    with ExitStack() as stack:
        bare = stack.enter_context(bare_server(camera))
        ours, services = stack.enter_context(our_server(camera))
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        ways: dict[str, Callable[[Page], object]] = {
            "bare long poll": lambda page: page.goto(bare),
            "photo screen, guide resting": lambda page: without_guide(page, ours),
            "photo screen": lambda page: to_photo_page(page, ours),
        }
        for _ in range(rounds):
            for name, visit in ways.items():
                page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
                page.add_init_script(READ_BACK)
                visit(page)
                if name.endswith("resting"):
                    station_of(services).end()
                found[name] += measure(page, seconds)
                page.context.close()
                station_of(services).end()
        browser.close()
    camera.stop()
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="per variant and round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    cv2.setNumThreads(2)
    print(f"{'camera to canvas, ms':32}{'frames/s':>9}{'median':>8}{'p95':>8}{'p99':>8}{'ratio':>7}")
    for fps in (15, 30):
        found = run(fps, options.seconds, options.rounds)
        bare = statistics.median(found["bare long poll"])
        for name, values in found.items():
            rate = len(values) / (options.seconds * options.rounds)
            median, p95, p99 = np.percentile(values, (50, 95, 99))
            print(f"{f'{fps} fps, {name}':32}{rate:9.1f}{median:8.1f}{p95:8.1f}{p99:8.1f}{median / bare:7.2f}")


if __name__ == "__main__":
    main()
