"""Going on at the applicant screen with an application of before: offered at the desk, taken once, soon, by number."""

import threading
import unicodedata
from dataclasses import dataclass, replace
from typing import Any, Protocol

from kiosk.actions import desk
from kiosk.domain.errors import NotAllowedNow, NotFound, Refused
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, allowed

SECONDS = 180
"""How long an offer stands; the person is at the desk and walks over."""
MOST_WRONG = 3
"""Wrong numbers after which an offer is withdrawn: somebody else is trying."""
LONGEST_NUMBER = 5

_AT_DESK = "at_desk"


class InMemory(Protocol):
    """What lives in memory only, and its guard."""

    @property
    def live(self) -> dict[str, Any]:
        """What is in memory only."""

    @property
    def guard(self) -> threading.RLock:
        """Guards ``live``."""


class Parts(desk.Parts, InMemory, Protocol):
    """What these deeds need of the kiosk's parts."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One application the applicant screen may go on with, in its person's language; ``until`` is monotonic seconds."""

    uid: str
    call_number: str
    language: str
    until: float
    wrong: int = 0


def offer(parts: Parts, uid: str, staff: str) -> Offer:
    """Let the applicant screen go on with a draft or returned application; raises NotAllowedNow in any other state."""
    application = desk.hold(parts, uid, staff)
    if ApplicationEvent.SUBMIT not in allowed(application.state):
        raise NotAllowedNow("only a draft or a returned application goes on at the screen")
    made = Offer(uid, application.call_number, application.language, parts.clock.monotonic() + SECONDS)
    with parts.guard:
        parts.live["resume"] = made
    desk.note(parts, "resume_offered", staff, uid)
    parts.window_store().applications.release(uid, staff, desk.now(parts))
    return made


def standing(parts: Parts) -> Offer | None:
    """The offer that stands now, or None."""
    with parts.guard:
        made: Offer | None = parts.live.get("resume")
    return made if made and parts.clock.monotonic() < made.until else None


def take(parts: Parts, typed: str) -> Application:
    """Take the offer by its call number, once; raises Refused for another number, NotFound when it stands no more."""
    with parts.guard:
        made = standing(parts)
        if made is None:
            raise NotFound("no such offer")
        if unicodedata.normalize("NFKC", typed).strip() != made.call_number:
            _count_wrong(parts, made)
            raise Refused("resume.error_number")
        parts.live.pop("resume")
        parts.live.get(_AT_DESK, set()).discard(made.uid)
    desk.note(parts, "resumed", "applicant", made.uid)
    return parts.window_store().applications.get(made.uid)


def _count_wrong(parts: Parts, made: Offer) -> None:
    parts.live["resume"] = replace(made, wrong=made.wrong + 1)
    if made.wrong + 1 == MOST_WRONG:
        parts.live.pop("resume")
        raise NotFound("too many wrong numbers")


def put_at_desk(parts: InMemory, uid: str) -> None:
    """Staff go on with this application at the desk; the applicant screen lets go of it at its next request."""
    with parts.guard:
        parts.live.setdefault(_AT_DESK, set()).add(uid)


def is_at_desk(parts: InMemory, uid: str) -> bool:
    """Whether an application is served at the desk, so that the applicant screen may not go on with it."""
    with parts.guard:
        return uid in parts.live.get(_AT_DESK, ())


def what_to_mend(parts: Parts, uid: str) -> tuple[str, str]:
    """Why it was returned: the reason's key and staff's own words; both empty when it never was, or has a new photo."""
    store = parts.window_store()
    returned = [m for m in store.applications.history(uid) if m.event is ApplicationEvent.RETURN]
    if not returned:
        return "", ""
    key, _, words = (returned[-1].reason or "").partition(": ")
    photo = store.photos.get(uid) if key == "photo" else None
    is_mended = photo is not None and photo.taken_at > returned[-1].at
    return ("", "") if is_mended else (key, words)
