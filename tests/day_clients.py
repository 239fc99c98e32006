"""Who is about on the day, each an HTTP client of its own: applicants' screens, staff, a colleague at the board.

All data is invented. The photo is the one step not taken by HTTP: a camera sees one person in ten seconds, so a JPEG of
a photo's size is stored by a second process the way the photo's button does, between the questions before and after.
"""

import http.client
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

from PIL import Image

from kiosk.store.photos import StoredPhoto
from kiosk.store.window_file import WindowStore
from tests.desk_navigator import FULL_CHECK

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"|data-csrf="([^"]+)"')
_ONWARD = re.compile(r'<a class="button primary" href="([^"]+)"')
_CALL = re.compile(r'<p class="call">.*?<strong>([^<]+)</strong>', re.DOTALL)
_GROUP = re.compile(r'<section class="group group-(\w+)".*?</section>', re.DOTALL)
_ROW = re.compile(r'id="row-([^"]+)".*?<b class="call">([^<]+)</b>(.*?)</a>', re.DOTALL)
_FAMILY = ("見本", "例", "試", "仮", "模")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented applicant."""

    number: int

    @property
    def form_id(self) -> str:
        """The 23 digits of the form this person brought."""
        return f"{self.number:07d}{9_000_000_000_000_000 + self.number * 7919:016d}"

    @property
    def answers(self) -> dict[str, dict[str, str]]:
        """Item → the fields this person fills in."""
        birth = {"era": "showa", "year": "61", "month": str(1 + self.number % 12), "day": str(1 + self.number % 28)}
        words = {
            "application_kind": "first", "municipality": "host", "applying_as": "self", "certificates": "both",
            "braille": "no", "photo_exception": "none", "forwarding": "no", "moving": "no", "post_phone": "",
            "contact_name": f"{_FAMILY[self.number % 5]} 第{self.number}", "mail": f"person{self.number}@example.jp",
        }  # fmt: skip
        return {**{item: {"answer": value} for item, value in words.items()}, "birth_date": birth}

    def photo(self, at: str) -> StoredPhoto:
        """A JPEG nobody else has."""
        file, seed = BytesIO(), self.number % 200
        picture = Image.effect_noise((700, 900), 20).convert("RGB")
        picture.paste((seed, 255 - seed, self.number // 200 % 255), (0, 0, 60, 60))
        picture.save(file, "JPEG", quality=80)
        jpeg = file.getvalue()
        return StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 700, 900, "pass", (), at)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, after redirects; ``path`` is where it ended, ``seconds`` how long the last request took."""

    status: int
    text: str
    path: str
    seconds: float


SECONDS_OF_A_LINE = 60
"""A line unused for longer is opened anew, as browsers do: the server hangs up after two minutes."""


@dataclass
class Client:
    """One browser: keeps its cookies, follows redirects, sends the token of the page it last saw."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    times: list[tuple[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._host = urlsplit(self.url).netloc
        self._connection = http.client.HTTPConnection(self._host, timeout=60)
        self._asked = monotonic()

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: str) -> Answer:
        """Press a button."""
        return self._ask("POST", path, urlencode({"csrf_token": self.token, **fields}))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        for _ in range(8):
            begin = monotonic()
            status, text, onward = self._once(method, path, body)
            took = monotonic() - begin
            self.times.append((_shape(path), took))
            if status not in (302, 303) or onward.startswith("/photo/"):
                self._remember_token(text)
                return Answer(status, text, onward or path, took)
            method, path, body = "GET", onward, None
        raise AssertionError(f"sent round in circles at {path}")

    def _once(self, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if monotonic() - self._asked > SECONDS_OF_A_LINE:
            self._connection.close()  # it is opened anew by itself
        self._asked = monotonic()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        onward = urlsplit(answer.headers.get("Location", ""))
        text = answer.read().decode("utf-8", "replace")
        return answer.status, text, onward.path + (f"?{onward.query}" if onward.query else "")

    def _remember_token(self, text: str) -> None:
        found = _TOKEN.search(text)
        if found:
            self.token = found.group(1) or found.group(2)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def _shape(path: str) -> str:
    """The path without what names one person."""
    return re.sub(r"/[A-Za-z0-9_-]{20,}", "/<uid>", path.partition("?")[0])


@dataclass
class Station:
    """One applicant screen."""

    client: Client
    store: WindowStore
    now: Callable[[], str]

    def hand_in(self, person: Person) -> str:
        """The whole way from language to call slip; the call number."""
        client = self.client
        client.get("/")
        client.post("/applicant/language", language="ja", back="/applicant/consent")
        client.get("/applicant/consent")
        page = client.post("/applicant/consent")
        assert page.path.startswith("/form_qr/"), (page.status, page.path)
        client.get("/form_qr/type")
        client.post("/form_qr/type", entry=person.form_id)
        page = client.post("/form_qr/type", entry=person.form_id)
        assert page.path == "/form_qr/check", (page.status, page.path)
        return self._finish(client.post("/form_qr/check", answer="yes"), person)

    def go_on(self, call_number: str, person: Person) -> str:
        """Go on with an application staff gave back, and hand it in again."""
        self.client.get("/resume/")
        page = self.client.post("/resume/", call_number=call_number)
        if page.path == "/resume/mend":
            onward = _ONWARD.search(page.text)
            assert onward
            page = self.client.get(onward.group(1))
        assert self._finish(page, person) == call_number
        return call_number

    def _finish(self, page: Answer, person: Person) -> str:
        answers = person.answers
        while page.path != "/applicant/review":
            if page.path == "/photo/":
                self._take_photo(person)
                page = self.client.get("/applicant/next")
                continue
            assert page.path.startswith("/applicant/question/"), (page.status, page.path)
            page = self.client.post(page.path, **answers[page.path.rsplit("/", 1)[1]])
        page = self.client.post("/applicant/submit")
        found = _CALL.search(page.text)
        assert found, (page.status, page.path)
        self.client.post("/applicant/finish")
        return found.group(1)

    def _take_photo(self, person: Person) -> None:
        application = self.store.applications.by_form_id(person.form_id)
        assert application
        self.store.photos.save(application.uid, person.photo(self.now()))


@dataclass
class Staff:
    """One member of staff at a desk screen of their own."""

    client: Client
    name: str

    def sign_in(self, passphrase: str) -> None:
        """Sign in by the page."""
        self.client.get("/desk/sign-in")
        page = self.client.post("/desk/sign-in", name=self.name, passphrase=passphrase)
        assert page.status == 200, (page.status, page.path)

    def board(self) -> dict[str, list[tuple[str, str, bool]]]:
        """Group → uid, call number, whether somebody holds it, as on the board."""
        return read_board(self.client.get("/desk/queue/").text)

    def claim(self, uid: str) -> bool:
        """Try to take a case; False when a colleague holds it, or has served it since the board was read."""
        answer = self.client.post(f"/desk/queue/{uid}/claim")
        assert answer.status in (200, 409), (answer.status, answer.path)
        if answer.status == 200 and 'id="check"' not in answer.text:
            self.client.post(f"/desk/queue/{uid}/release")
            return False
        return answer.status == 200

    def press(self, uid: str, deed: str, **fields: str) -> Answer:
        """Press a button on the page of one application."""
        return self._done(self.client.post(f"/desk/queue/{uid}/{deed}", version=self._version(uid), **fields))

    def offer(self, uid: str) -> bool:
        """Offer it to the applicants' screens; False while a colleague holds it."""
        self.client.get(f"/desk/queue/{uid}")
        return self.client.post(f"/desk/queue/{uid}/resume").status == 200

    def check(self, uid: str) -> Answer:
        """Look at the documents; the result is that the card can be posted."""
        fields = {**FULL_CHECK, "version": self._version(uid), "shown": "POST"}
        return self._done(self.client.post(f"/desk/identity/{uid}", **fields))

    def _done(self, answer: Answer) -> Answer:
        assert answer.status == 200, (answer.status, answer.path)
        return answer

    def _version(self, uid: str) -> str:
        found = re.search(r'name="version" value="(\d+)"', self.client.get(f"/desk/queue/{uid}").text)
        assert found, "nothing may be done to it"
        return found.group(1)


def read_board(text: str) -> dict[str, list[tuple[str, str, bool]]]:
    """Group → uid, call number, whether somebody holds it, in the order shown."""
    return {group.group(1): _rows(group.group()) for group in _GROUP.finditer(text)}


def _rows(text: str) -> list[tuple[str, str, bool]]:
    return [
        (uid, call, 'class="tag mine"' in rest or 'class="tag theirs"' in rest)
        for uid, call, rest in _ROW.findall(text)
    ]


def people(many: int) -> Iterator[Person]:
    """So many invented people."""
    return (Person(number) for number in range(1, many + 1))


def as_typed(person: Person, kept: Mapping[str, Any]) -> bool:
    """Whether an application holds what this person typed."""
    typed = {item: fields["answer"] for item, fields in person.answers.items() if item != "birth_date"}
    birth = f"1986-{1 + person.number % 12:02d}-{1 + person.number % 28:02d}"
    return kept["birth_date"] == birth and all(str(kept.get(item) or "") == value for item, value in typed.items())
