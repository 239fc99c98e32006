"""The main job from paper form to opened batch, in a real browser by touch, on what ``kiosk demo`` starts."""

import csv
import io
import json
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from tests.conftest import Demo
from tests.visit import FIRST_CARD, ApplicantVisit, DeskVisit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SIZES = {"1366x768": (1366, 768), "1080x1920": (1080, 1920)}


def visits(browser: Browser, demo: Demo, size: str) -> tuple[ApplicantVisit, DeskVisit]:
    """An applicant and a member of staff, each with a browser profile of their own."""
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    applicant, staff = (browser.new_context(viewport=viewport, has_touch=True) for _ in range(2))
    return ApplicantVisit(applicant, demo.url), DeskVisit(staff, demo.url)


@pytest.mark.parametrize("size", SIZES)
def test_one_application_from_form_to_opened_batch(browser: Browser, demo: Demo, size: str, tmp_path: Path) -> None:
    applicant, desk = visits(browser, demo, size)
    language = "ja" if size == "1366x768" else "en"
    call_number = applicant.walk(language)

    desk.sign_in(REHEARSAL_OPERATOR, demo.passphrases[REHEARSAL_OPERATOR])
    desk.open_call(call_number)
    desk.claim()
    desk.check_identity()
    desk.accept()

    stored = the_application(demo.data)
    window = stored["window"]
    name = desk.close_and_seal(
        window,
        REHEARSAL_SUPERVISOR,
        demo.passphrases[REHEARSAL_SUPERVISOR],
        demo.passphrases[REHEARSAL_OPERATOR],
    )
    batch = next(demo.data.rglob(name))
    assert_opens_to(demo, batch, stored, tmp_path / "opened")
    assert applicant.complaints == []
    assert desk.complaints == []
    assert_nothing_personal_in(demo.log, stored)


def test_the_shell_seals_while_the_demo_serves(browser: Browser, demo: Demo, tmp_path: Path) -> None:
    _, desk = visits(browser, demo, "1366x768")
    window = the_window(demo.data)
    assert demo.kiosk("fill", window, "--applications", "3").returncode == 0
    desk.sign_in(REHEARSAL_OPERATOR, demo.passphrases[REHEARSAL_OPERATOR])
    closed = demo.kiosk("window", "close", window)
    assert closed.returncode == 0, closed.stderr
    out = tmp_path / "usb"
    out.mkdir()
    sealed = demo.kiosk("seal", window, "--out", str(out))
    assert sealed.returncode == 0, sealed.stderr
    (batch,) = out.glob("REHEARSAL-*.mab")
    identity = str(demo.data / "rehearsal-identity.txt")
    verified = demo.kiosk("verify", str(batch), "--identity", identity)
    assert verified.returncode == 0, verified.stderr
    assert demo.kiosk("open", str(batch), "--identity", identity, "--out", str(tmp_path / "o")).returncode == 0
    rows = [json.loads(line) for line in (tmp_path / "o" / "applications.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 3
    assert desk.complaints == []


def the_window(data: Path) -> str:
    """The id of the demo's only window."""
    vault = Vault(data)
    (window,) = vault.kiosk_store.windows.list()
    vault.lock()
    return window.id


def the_application(data: Path) -> dict[str, str]:
    """What the kiosk keeps of the only application, read from its own encrypted file."""
    vault = Vault(data)
    (window,) = vault.kiosk_store.windows.list()
    store = vault.window_store(window.id)
    (application,) = store.applications.list()
    photo = store.photos.get(application.uid)
    assert photo is not None
    kept = {
        "window": window.id,
        "uid": application.uid,
        "form_id": application.form_id or "",
        "contact_name": str(application.answers["contact_name"]),
        "mail": str(application.answers["mail"]),
        "sha256": sha256(photo.jpeg).hexdigest(),
    }
    vault.lock()
    return kept


def assert_opens_to(demo: Demo, batch: Path, stored: dict[str, str], out: Path) -> None:
    """Verify and open the batch as the office does; rows and photo are what was entered, the photo byte for byte."""
    identity = str(demo.data / "rehearsal-identity.txt")
    device = str(demo.data / "rehearsal-device.pub")
    verified = demo.kiosk("verify", str(batch), "--identity", identity, "--device-key", device)
    assert verified.returncode == 0, verified.stderr
    opened = demo.kiosk("open", str(batch), "--identity", identity, "--out", str(out))
    assert opened.returncode == 0, opened.stderr
    (photo,) = (out / "photos").glob("*.jpg")
    assert sha256(photo.read_bytes()).hexdigest() == stored["sha256"]
    with Image.open(photo) as image:
        assert image.mode == "RGB"
        assert 480 <= image.width <= 1050
        assert 617 <= image.height <= 1350
        assert not image.getexif()
    (row,) = [json.loads(line) for line in (out / "applications.jsonl").read_text("utf-8").splitlines()]
    flat = json.dumps(row, ensure_ascii=False)
    for name in ("uid", "form_id", "contact_name", "mail"):
        assert stored[name] in flat
    raw = (out / "applications.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert len(table) == 2
    assert any(stored["form_id"] in cell for cell in table[1])
    assert FIRST_CARD["contact_name"] == stored["contact_name"]


def assert_nothing_personal_in(log: list[str], stored: dict[str, str]) -> None:
    """Nothing a person typed or showed reaches what the server prints."""
    text = "".join(log)
    for name in ("form_id", "contact_name", "mail"):
        assert stored[name] not in text
