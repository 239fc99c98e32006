"""Every screen an applicant can meet, on a running kiosk, and the way to each of them: for tests and picture albums."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

import cv2
from flask import Flask
from playwright.sync_api import Browser, Page
from waitress import create_server

from camera.capture import CaptureThread
from camera.errors import CameraLost, CameraMissing
from camera.types import Image
from camera.virtual import VirtualCamera
from kiosk.actions import form_qr, resume
from kiosk.actions.photo_station import station_of
from kiosk.app import create_app
from kiosk.domain.errors import Locked, NotAllowedNow, StorageDamaged, StorageFull, TappedFirst
from kiosk.domain.states import ApplicationEvent, ApplicationState
from kiosk.fakes import FixedClock
from kiosk.settings import load_settings
from kiosk.store.photos import StoredPhoto
from kiosk.store.vault import REHEARSAL_OPERATOR
from kiosk.wiring import Cameras, Services, make_services
from tests.builders import AT, a_rehearsal_vault, a_window, an_application
from tests.servers import close

Who = Literal["stranger", "draft", "submitted"]
Form = Mapping[str, str]
CHILD: Form = {
    "application_kind": "renewal", "card_expiry": "2026-12-31", "driving_licence": "yes", "licence_way": "without",
    "old_card": "hand_in", "municipality": "other", "other_municipality": "みほん市",
    "contact_name": "髙﨑　みほん", "mail": "hanako@example.jp", "birth_date": "2017-05-05",
    "representative_present": "yes", "representative_name": "みほん　はは", "representative_relation": "mother",
    "certificates": "authentication_only", "braille": "no", "photo_exception": "medical",
    "photo_exception_reason": "めの　けが", "forwarding": "no", "moving": "no",
}  # fmt: skip
"""Answers after which nearly every question there is applies."""
TURNS_ONE: Form = CHILD | {"birth_date": "2025-12-01"}
HOLDER: Form = CHILD | {
    "birth_date": "1985-04-01", "applying_as": "self", "certificates": "both", "licence_way": "number",
    "licence_number": "1234567890",
}  # fmt: skip
FIRST_ADULT: Form = CHILD | {"application_kind": "first", "birth_date": "1985-04-01", "applying_as": "self"}
SCANNED_NUMBER = "1234567890123"  # neither a form's number nor a My Number
USED_FORM_ID = "9" * 23
_START_PAGE_STAYS = """
const really = window.fetch;
window.fetch = (to, ...more) => (String(to).endsWith("/resume/mark.json") ? Promise.reject() : really(to, ...more));
"""
"""The start page loads itself anew when an offer ends, which cuts off a way to the next screen begun just then."""
ERRORS = (NotAllowedNow, TappedFirst, Locked, StorageFull, StorageDamaged)


@dataclass(frozen=True)
class Screen:
    """One screen: who meets it, after which answers, after which POST, and where it is."""

    name: str
    address: str
    who: Who = "draft"
    answers: Form = field(default_factory=lambda: CHILD)
    post: tuple[str, Form] | None = None
    camera: str = "nobody"
    selector: str = "main"
    """What stands there when the screen is reached."""
    dialog: bool = False
    has_photo: bool = True
    """Whether the draft has a photo stored."""


def _question(key: str, answers: Form = CHILD, name: str = "", **post: str) -> Screen:
    address = f"/applicant/question/{key}"
    sent = (address, post) if post else None
    return Screen(name or f"ask {key}", address, answers=answers, post=sent, selector=".error" if post else "#ask")


_WRONG_NUMBER = ("/resume/", {"call_number": "1"})
_WRONG_DATE = {"era": "western", "year": "2001", "month": "2", "day": "30"}
_STOPS = {"certificate_only": {"application_kind": "certificate_only"}, "too_early": {"card_expiry": "2028-01-01"}}
SCREENS: tuple[Screen, ...] = (
    Screen("language", "/", "stranger", selector=".languages-large"),
    Screen("language, going on offered", "/", "stranger", camera="offer", selector="#resume"),
    Screen("going on", "/resume/", "stranger", camera="offer", selector="#entry"),
    Screen("going on, refused", "/resume/", "stranger", camera="offer", post=_WRONG_NUMBER, selector=".error"),
    Screen("consent", "/applicant/consent", "stranger", selector=".notice"),
    Screen("form camera", "/form_qr/", selector=".form-qr[data-camera=streaming]"),
    Screen("form camera missing", "/form_qr/", camera="unplugged", selector=".form-qr[data-camera=missing]"),
    Screen("form scanned wrongly", "/form_qr/", post=("/form_qr/scan", {"keys": SCANNED_NUMBER}), selector=".error"),
    Screen("form keypad", "/form_qr/type?afresh=1", selector="#entry"),
    Screen("form keypad, refused", "/form_qr/type", post=("/form_qr/type", {"entry": "123"}), selector=".error"),
    Screen("form keypad again", "/form_qr/type", post=("/form_qr/type", {"entry": "1" * 23}), selector="#entry"),
    Screen("form used before", "/form_qr/", post=("/form_qr/scan", {"keys": USED_FORM_ID}), selector=".error"),
    Screen("form check", "/form_qr/check", selector=".form-check"),
    Screen("form none", "/form_qr/without", selector=".stop"),
    Screen("form old", "/form_qr/without?reason=old", selector=".stop"),
    *(_question(key) for key in CHILD),
    _question("applying_as", FIRST_ADULT),
    _question("certificates", FIRST_ADULT, "ask certificates of a grown-up"),
    _question("card_expiry", CHILD, "card expiry refused", **_WRONG_DATE),
    _question("licence_way", HOLDER, "ask licence way of a grown-up"),
    _question("licence_number", HOLDER),
    _question("licence_number", HOLDER, "licence number refused", answer="1"),
    _question("contact_name", CHILD, "name refused", answer="a\u202eb"),
    _question("mail", CHILD, "mail refused", answer="taro@"),
    _question("birth_date", CHILD, "birth date refused", **_WRONG_DATE),
    _question("photo_exception_reason", CHILD, "reason holds a My Number", answer="123456789018"),
    *(Screen(f"stop {key}", "/applicant/stop", answers=CHILD | but, selector=".stop") for key, but in _STOPS.items()),
    Screen("stop licence", "/applicant/stop", answers=CHILD | {"licence_way": "stop"}, selector=".stop"),
    Screen("photo guide", "/photo/", post=("/photo/retake", {}), selector=".photo[data-camera=streaming]"),
    Screen(
        "photo only offered",
        "/photo/",
        answers=TURNS_ONE,
        has_photo=False,
        post=("/photo/retake", {}),
        selector="#leave-out",
    ),
    Screen("photo camera missing", "/photo/", camera="unplugged", selector=".photo[data-camera=missing]"),
    Screen("photo shots, usable", "/photo/shots?shot=3", selector=".shots"),
    Screen("photo shots, refused", "/photo/shots?shot=2", selector=".shots .reasons"),
    Screen("photo shots, nobody", "/photo/shots?shot=1", selector=".shots .reasons"),
    Screen("review", "/applicant/review", selector=".review"),
    Screen("review of a first card", "/applicant/review", answers=FIRST_ADULT, selector=".review"),
    Screen("idle", "/applicant/question/moving", selector="#idle[open]", dialog=True),
    Screen("call slip", "/applicant/submitted", "submitted", selector=".slip"),
    Screen("error no such page", "/no-such-page", selector="#error"),
    *(Screen(f"error {each.__name__}", f"/raise/{each.__name__}", selector="#error") for each in ERRORS),
)


class StillCamera:
    """A FrameSource at rest: somebody who holds still, somebody badly placed and lit, nobody, or unplugged."""

    def __init__(self) -> None:
        drawn = VirtualCamera("person", seed=1)
        person = drawn.picture("person", 9.0)
        turn = cv2.getRotationMatrix2D((960, 540), 17, 1.0)
        bad = cv2.convertScaleAbs(cv2.warpAffine(person, turn, (1920, 1080)), alpha=0.35)
        nobody = drawn.picture("nobody", 0.0)
        self._pictures: dict[str, Image] = {"person": person, "bad": bad.astype(person.dtype), "nobody": nobody}
        self.scene = "nobody"

    def open(self) -> None:
        if self.scene == "unplugged":
            raise CameraMissing("unplugged")

    def read(self) -> Image:
        time.sleep(0.25)
        if self.scene == "unplugged":
            raise CameraLost("unplugged")
        return self._pictures[self.scene]

    def close(self) -> None:
        pass


@dataclass
class Screens:
    """A kiosk that runs, and one page each for a stranger, somebody on the way and somebody who has handed in."""

    url: str
    services: Services
    camera: StillCamera
    pages: dict[Who, Page] = field(default_factory=dict)
    _display: dict[Who, str] = field(default_factory=dict)
    _uids: dict[Who, str] = field(default_factory=dict)

    def meet(self, browser: Browser) -> None:
        """A page for each, with its person on the way."""
        for who in ("stranger", "draft", "submitted"):
            context = browser.new_context(viewport={"width": 1366, "height": 768}, has_touch=True)
            self.pages[who] = context.new_page()
            self.pages[who].add_init_script(_START_PAGE_STAYS)
            self._display[who] = ""
            self.pages[who].goto(f"{self.url}/applicant/consent")
            if who != "stranger":
                self._begin(who)

    def turn(self, width: int, height: int) -> None:
        """Everybody's screen has this size from now on."""
        for page in self.pages.values():
            page.set_viewport_size({"width": width, "height": height})

    def _begin(self, who: Who) -> None:
        with self.pages[who].expect_navigation():
            self.pages[who].locator("footer .primary").click()
        store = self.services.window_store()
        self._uids[who] = uid = store.applications.list()[-1].uid
        store.applications.set_form_id(uid, f"{len(store.applications.list()):023d}", AT)
        store.applications.save_answers(uid, CHILD, AT)
        self._keep_photo(uid, True)
        if who == "submitted":
            self.post(who, "/applicant/submit", {})
        self._leave_the_form(who, "/applicant/submitted" if who == "submitted" else "/applicant/review")

    def _leave_the_form(self, who: Who, address: str) -> None:
        """Go on to a page; what reads forms ends now, since by itself it ends by a clock, which stands still here.

        Two pages left before the one form camera take it from each other for as long as they stand there.
        """
        self.pages[who].goto(f"{self.url}{address}")
        form_qr.station_of(self.services).end()

    def _keep_photo(self, uid: str, is_there: bool) -> None:
        photos = self.services.window_store().photos
        if is_there and not photos.has(uid):
            photos.save(uid, StoredPhoto(b"x", sha256(b"x").hexdigest(), 600, 771, "pass", (), AT))
        if not is_there and photos.has(uid):
            photos.remove(uid)

    def post(self, who: Who, address: str, fields: Form) -> None:
        """POST as the person's own page would; the answer's page is left for the next GET."""
        page = self.pages[who]
        token = page.locator("body").get_attribute("data-csrf") or ""
        form: dict[str, str | float | bool] = {"csrf_token": token, **fields}
        answer = page.context.request.post(f"{self.url}{address}", form=form, max_redirects=0)
        assert answer.status in (303, 409), (who, page.url, address, answer.status)

    def speak(self, language: str, display: str = "") -> None:
        """Everybody chooses this language and these display switches, given by name with blanks between."""
        for who, page in self.pages.items():
            is_at_start = page.url == f"{self.url}/"  # which may load itself anew just now, with another token
            if is_at_start or not page.locator("body[data-csrf]").count():
                page.goto(f"{self.url}/applicant/consent")
            self.post(who, "/applicant/language", {"language": language, "back": "/"})
            for switch in sorted(set(display.split()) ^ set(self._display[who].split())):
                self.post(who, "/applicant/display", {"display": switch, "back": "/"})
            self._display[who] = display

    def forget_display(self, who: Who) -> None:
        """This one's display switches were reset by the kiosk."""
        self._display[who] = ""

    def show(self, screen: Screen) -> Page:
        """Bring this screen up."""
        page = self.pages[screen.who]
        self._look(screen.camera)
        if screen.who == "draft":
            self.services.window_store().applications.save_answers(self._uids["draft"], screen.answers, AT)
            self._keep_photo(self._uids["draft"], screen.has_photo)
        if screen.address.startswith("/photo/"):
            self._photograph()
        if screen.camera == "unplugged" and screen.address == "/photo/":
            self.post("draft", "/photo/retake", {})
        if screen.post:
            self.post(screen.who, *screen.post)
        if screen.address.startswith("/form_qr/"):
            page.goto(f"{self.url}{screen.address}")
        else:
            self._leave_the_form(screen.who, screen.address)
        if screen.dialog:
            page.evaluate("document.getElementById('idle').showModal()")
        page.locator(screen.selector).first.wait_for(timeout=15_000)
        return page

    def _look(self, camera: str) -> None:
        self.camera.scene = "unplugged" if camera == "unplugged" else "nobody"
        with self.services.guard:
            self.services.live.pop("resume", None)
        if camera == "offer":
            store = self.services.window_store()
            returned = next(each for each in store.applications.list() if each.state is ApplicationState.RETURNED)
            resume.offer(self.services, returned.uid, REHEARSAL_OPERATOR)

    def _photograph(self) -> None:
        """Three shots of nobody, of somebody badly placed, of somebody as asked for; kept as long as the session."""
        session = station_of(self.services).session_for(self._uids["draft"])
        before = self.camera.scene
        for scene in ("nobody", "bad", "person")[len(session.shots) :]:
            self.camera.scene = scene
            time.sleep(1.0)  # the frames of the scene before are gone
            taken = len(session.shots)
            session.retake()
            session.trigger()
            end = time.monotonic() + 20
            while len(session.shots) == taken and time.monotonic() < end:
                time.sleep(0.05)
        self.camera.scene = before


@contextmanager
def running_screens(data: Path) -> Iterator[Screens]:
    """A kiosk with all applicant screens, a window, a form used before and a returned application, until the end."""
    vault = a_rehearsal_vault(data)
    a_window(vault)
    settings = load_settings(idle_seconds=600)  # nobody is wiped while another screen is looked at
    camera = StillCamera()
    capture = CaptureThread(camera, retry_waits=(0.1,))
    services = make_services(settings, vault, clock=FixedClock(), cameras=Cameras(capture, capture))
    store = services.window_store()
    an_application(store, form_id=USED_FORM_ID)
    handed_in = an_application(store, ApplicationState.SUBMITTED, answers=dict(CHILD))
    store.applications.move(handed_in.uid, ApplicationEvent.RETURN, REHEARSAL_OPERATOR, AT, "photo: ぼうしを とる")
    app = create_app("applicant", ("applicant", "form_qr", "photo", "resume", "speech"), settings, services)
    _raise_on_demand(app)
    server = create_server(app, host="127.0.0.1", port=0, threads=12)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Screens(f"http://127.0.0.1:{server.effective_port}", services, camera)
    close(server)
    thread.join(5)
    station_of(services).end()
    services.stop()


def _raise_on_demand(app: Flask) -> None:
    """Addresses at which an error of ours is raised, so that its page can be seen."""
    by_name = {each.__name__: each for each in ERRORS}

    def fail(name: str) -> str:
        raise by_name[name]("as asked")

    app.add_url_rule("/raise/<name>", "raise", fail)
