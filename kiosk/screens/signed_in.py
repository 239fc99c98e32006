"""Who is signed in at the desk: kept in the server's memory, so that signing out and the idle lock really end it."""

import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import staff as staff_deeds
from kiosk.domain.errors import NotFound, NotPermitted, NotSignedIn
from kiosk.domain.staff import Account, Role, require_role
from kiosk.domain.window import require_assigned
from kiosk.ports import Clock
from kiosk.screens import services, settings

OPEN_TO_ALL = frozenset({"desk.sign_in", "desk.enter", "static"})
AT_WINDOW = frozenset({"queue", "identity", "desk.statistics"})
"""Pages, by blueprint or endpoint, that show the applications of the window at work or their counts."""


@dataclass
class SignIn:
    """One sign-in, with the key the account had then; ``touched`` is monotonic seconds."""

    staff: str
    touched: float
    key: str


class SignIns:
    """All sign-ins of this server run.

    ``key_of`` tells which key an account has now: a sign-in ends when that is no longer the one it began with, whether
    the account was shut or given a new passphrase here or by a command of the shell.
    """

    def __init__(self, clock: Clock, idle_seconds: float, key_of: Callable[[str], str] = lambda _staff: "") -> None:
        self._clock = clock
        self._idle_seconds = idle_seconds
        self._key_of = key_of
        self._guard = threading.Lock()
        self._known: dict[str, SignIn] = {}

    def begin(self, staff: str) -> str:
        """A fresh secret for one sign-in."""
        token, key = secrets.token_urlsafe(24), self._key_of(staff)
        with self._guard:
            self._known[token] = SignIn(staff, self._clock.monotonic(), key)
        return token

    def staff(self, token: str, *, is_touch: bool) -> str | None:
        """Whose sign-in it is, None when it ended, lay idle too long or has lost its key; a touch keeps it awake."""
        with self._guard:
            known = self._known.get(token)
            if known is None:
                return None
            is_idle = self._clock.monotonic() - known.touched >= self._idle_seconds
            if is_idle or known.key != self._key_of(known.staff):
                del self._known[token]
                return None
            if is_touch:
                known.touched = self._clock.monotonic()
            return known.staff

    def sign_out(self, token: str) -> None:
        """Forget a sign-in."""
        with self._guard:
            self._known.pop(token, None)

    def end(self) -> None:
        """Forget all of them."""
        with self._guard:
            self._known.clear()


def sign_ins() -> SignIns:
    """The sign-ins at the desk; they end when the keys leave memory."""
    fresh = SignIns(services().clock, settings().desk_idle_minutes * 60, services().vault.key_of)
    known: SignIns = services().live.setdefault("sign_ins", fresh)
    return known


def is_touch() -> bool:
    """Whether a person asked: by a form, or by going to a page. What a page fetches by itself keeps no desk awake.

    Typing and pointing tell of themselves by a form of their own (desk.js). Browsers say in Sec-Fetch-Mode what a
    request is for.
    """
    return request.method == "POST" or request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def begin(name: str, last_sign_in_at: str | None) -> None:
    """Start a new session for ``name``; nothing of the session before survives."""
    end()
    session["staff"] = name
    session["last_sign_in_at"] = last_sign_in_at
    session["sign_in"] = sign_ins().begin(name)


def end() -> None:
    """Sign out."""
    sign_ins().sign_out(str(session.get("sign_in", "")))
    session.clear()


def account() -> Account:
    """The account at the desk; raises NotSignedIn."""
    name = sign_ins().staff(str(session.get("sign_in", "")), is_touch=is_touch())
    if name is None or name != session.get("staff"):
        raise NotSignedIn("nobody is signed in")
    try:
        found = services().kiosk_store.staff.get(name)
        require_role(found, Role.OPERATOR)
    except (NotFound, NotPermitted):
        raise NotSignedIn("the account is shut") from None
    return found


def staff() -> str:
    """The name at the desk; raises NotSignedIn."""
    return account().name


def keys_for_now(passphrase: str, window_id: str = "") -> AbstractContextManager[None]:
    """The key of a window, or every key, while it lasts, for who is signed in and types the passphrase once more."""
    parts = services()
    return staff_deeds.keys_for_now(parts.vault, parts.clock, staff(), passphrase, window_id)


def guard() -> ResponseReturnValue | None:
    """Before every request of the desk: let nobody in who is not signed in."""
    if request.endpoint in OPEN_TO_ALL:
        return None
    was_in = "sign_in" in session
    try:
        if services().vault.is_unlocked:
            _refuse_strangers(account())
            return None
    except NotSignedIn:
        end()
    return _to_sign_in(was_in)


def _refuse_strangers(signed_in: Account) -> None:
    """A window's pages and its applications are for its own staff only; raises NotAssigned or NotFound."""
    named = (request.view_args or {}).get("window_id")
    if named is not None:
        require_assigned(services().kiosk_store.windows.get(named), signed_in)
    window = services().current_window()
    if window is not None and not AT_WINDOW.isdisjoint({request.blueprint, request.endpoint}):
        require_assigned(window, signed_in)


def _shown_path() -> str:
    """The page that asked for a fragment."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path.removeprefix(request.script_root)


def _to_sign_in(was_in: bool) -> Response:
    """The door; it says so when a sign-in ended by itself, and knows the way back to what was on screen."""
    is_fragment = request.headers.get("HX-Request") == "true"
    back = _shown_path() if is_fragment else request.path if request.method == "GET" else None
    target = url_for("desk.sign_in", back=back, ended="yes" if was_in else None)
    if is_fragment:
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = target
        return answer
    return make_response(redirect(target, code=303))
