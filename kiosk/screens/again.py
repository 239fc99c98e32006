"""What a page shows again after a POST: in the server's memory until the next one, never in the browser.

A browser writes the body of every POST whose answer it displays into its session file on disk. So each POST is answered
by a redirect, and what was typed and what was wrong with it waits here for the GET, at most until the window's key
leaves memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import session

from kiosk.domain.errors import KioskError
from kiosk.screens import services
from kiosk.screens.errors import status_of, words_here

_VISITORS = 8
FORGET = ("applicant.error_my_number", "applicant.error_digits_or_my_number")
"""After these, what was typed is not shown again."""


@dataclass(frozen=True, slots=True)
class Again:
    """What was typed at one page, and why it was not taken."""

    page: str
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    refused: KioskError | None = None

    @property
    def status(self) -> int:
        """The status of the page that shows it."""
        return status_of(self.refused) if self.refused else 200

    @property
    def text_key(self) -> str | None:
        """Why it was not taken, or None."""
        return words_here(self.refused.text_key) if self.refused else None


def keep(again: Again) -> None:
    """Keep this for the visitor's next GET of that page, instead of what was kept before."""
    with services().guard:
        waiting = _waiting()
        waiting.pop(_visitor(), None)
        waiting[_visitor()] = again
        for oldest in list(waiting)[:-_VISITORS]:
            waiting.pop(oldest)


def kept(page: str) -> Again | None:
    """What waits for this page, else None."""
    with services().guard:
        again: Again | None = _waiting().get(_visitor())
    return again if again and again.page == page else None


def forget() -> None:
    """Nothing of this visitor is to be shown again."""
    with services().guard:
        _waiting().pop(_visitor(), None)


def take(page: str) -> Again:
    """What waits for this page, once; an empty one when nothing does."""
    again = kept(page)
    if again is None:
        return Again(page)
    forget()
    return again


def _waiting() -> dict[str, Again]:
    """Visitor → what waits at the window at work; all of it goes when that window's key is dropped."""
    live, window = services().live, services().current_window()
    if "again" not in live:
        fresh: dict[str, dict[str, Again]] = {}
        services().vault.when_key_dropped(lambda window_id: fresh.pop(window_id, None))
        live["again"] = fresh
    waiting: dict[str, Again] = live["again"].setdefault(window.id if window else "", {})
    return waiting


def _visitor() -> str:
    """Whose page it is: the applicant's number, or the sign-in at the desk."""
    return str(session.get("uid") or session.get("sign_in") or "")
