"""Walks the desk as staff do, by its real pages over the test client. All data is invented."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from PIL import Image
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from camera.capture import CaptureThread
from camera.virtual import VirtualCamera
from kiosk.app import DESK_SCREENS, create_app
from kiosk.clock import RandomIds
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationState
from kiosk.fakes import FixedClock
from kiosk.settings import Settings
from kiosk.store.photos import StoredPhoto
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from kiosk.wiring import Cameras, Services
from tests.builders import AT, CHEAP, WAY, a_window, an_application

PASSPHRASE = "an operator's long words"
REFUSED = (409, 422)
"""Statuses of a page that shows why something was not done."""
ANSWERS = {
    "application_kind": "first",
    "municipality": "host",
    "contact_name": "見本 花子",
    "mail": "hanako@example.jp",
    "birth_date": "1986-05-14",
    "applying_as": "self",
    "certificates": "both",
    "braille": "no",
    "photo_exception": "none",
    "forwarding": "no",
    "moving": "no",
}
FULL_CHECK = {
    "document-0-kind": "driving_licence",
    "document-0-in_date": "yes",
    "document-0-name": "yes",
    "document-0-birth_date": "agrees",
    "document-0-address": "agrees",
    "document-0-face": "yes",
    "document-1-kind": "employee_card",
    "document-1-in_date": "yes",
    "document-1-name": "yes",
    "document-1-birth_date": "agrees",
    "paper-pin_request_sheet": "here",
    "paper-notification_card": "never_had",
    "paper-juki_card": "never_had",
    "face": "yes",
}


@dataclass
class Desk:
    """One kiosk with an open rehearsal window, and browsers of several members of staff."""

    folder: Path
    clock: FixedClock = field(default_factory=FixedClock)

    def __post_init__(self) -> None:
        self.vault = Vault(self.folder, now=self.clock.now, cost=CHEAP)
        self.vault.install_rehearsal()
        for name in (REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR):
            self.vault.put_account(name, PASSPHRASE)
        self.window = a_window(self.vault)
        camera = CaptureThread(VirtualCamera("nobody"))
        self.settings = Settings()
        self.services = Services(self.settings, self.clock, RandomIds(), self.vault, Cameras(camera, camera, ()))
        self.app: Flask = create_app("desk", DESK_SCREENS, self.settings, self.services)
        self.store = self.services.window_store()

    def browser(self) -> "Browser":
        """A browser nobody has signed in with yet."""
        return Browser(Client(DispatcherMiddleware(NotFound(), {"/desk": self.app})))

    def signed_in(self, name: str = REHEARSAL_OPERATOR) -> "Browser":
        """A browser at the board."""
        browser = self.browser()
        assert browser.sign_in(name).status_code == 303
        return browser

    def applicant(
        self, state: ApplicationState = ApplicationState.SUBMITTED, form_id: str | None = None, **answers: Any
    ) -> Application:
        """A person with a photo who came as far as ``state``."""
        form = form_id or f"{len(self.store.applications.call_numbers()) + 1:023d}"
        application = an_application(self.store, ApplicationState.DRAFT, form_id=form, answers={**ANSWERS, **answers})
        self.store.photos.save(application.uid, a_photo())
        return walk(self.store, application.uid, state)


def walk(store: Any, uid: str, state: ApplicationState) -> Application:
    """Take a draft to ``state`` by the table's own moves."""
    for event in WAY[state]:
        store.applications.move(uid, event, REHEARSAL_OPERATOR, AT, "見本")
    application: Application = store.applications.get(uid)
    return application


def a_photo() -> StoredPhoto:
    """A grey picture with the sizes of a photo."""
    file = BytesIO()
    Image.new("RGB", (700, 900), (180, 180, 180)).save(file, "JPEG")
    jpeg = file.getvalue()
    return StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 700, 900, "pass", (), "2026-11-24T10:00:00.000+09:00")


@dataclass
class Browser:
    """One browser: follows links, fills forms with the token of the page it last saw."""

    client: Client
    token: str = ""
    last: TestResponse | None = None

    def see(self, path: str, **headers: str) -> str:
        """Open a page and remember its token; gives the page's text."""
        self.last = self.client.get(f"/desk{path}", headers=headers)
        text = self.last.get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', text) or re.search(r'data-csrf="([^"]+)"', text)
        self.token = found.group(1) if found else self.token
        return text

    def press(self, path: str, follow: bool = False, **fields: Any) -> TestResponse:
        """Send a form with the token of the page last seen; a refusal is the page the answer leads to."""
        values = {"csrf_token": self.token, **fields}
        self.last = self.client.post(f"/desk{path}", data=values, follow_redirects=follow)
        onward = self.last.headers.get("Location", "")
        if self.last.status_code == 303 and onward.startswith(("/desk/queue", "/desk/identity", "/desk/windows")):
            shown = self.client.get(onward)
            self.last = shown if shown.status_code in REFUSED else self.last
        return self.last

    def sign_in(self, name: str = REHEARSAL_OPERATOR, passphrase: str = PASSPHRASE, back: str = "") -> TestResponse:
        """Sign in by the page."""
        self.see("/sign-in")
        answer = self.press("/sign-in", name=name, passphrase=passphrase, back=back)
        self.see("/windows")
        return answer

    def check(self, application: Application, **changes: str) -> TestResponse:
        """Record an identity check that ends in POST unless changed."""
        fields = {**FULL_CHECK, "version": str(application.version), "shown": "POST", **changes}
        return self.press(f"/identity/{application.uid}", **fields)
