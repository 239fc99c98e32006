"""What a page shows again after a POST: in the server's memory until the next one, never in the browser.

A browser writes the body of every POST whose answer it displays into its session file on disk. So each POST is answered
by a redirect, and what was typed and what was wrong with it waits here for the GET.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import session

from kiosk.domain.errors import Refused
from kiosk.screens import services

_VISITORS = 8


@dataclass(frozen=True, slots=True)
class Again:
    """What was typed at one page, and why it was not taken."""

    page: str
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    refused: Refused | None = None


def keep(again: Again) -> None:
    """Keep this for the visitor's next GET of that page, instead of what was kept before."""
    with services().guard:
        waiting = services().live.setdefault("again", {})
        waiting.pop(session["uid"], None)
        waiting[session["uid"]] = again
        for oldest in list(waiting)[:-_VISITORS]:
            waiting.pop(oldest)


def kept(page: str) -> Again | None:
    """What waits for this page, else None."""
    with services().guard:
        again: Again | None = services().live.get("again", {}).get(session.get("uid"))
    return again if again and again.page == page else None


def forget() -> None:
    """Nothing of this visitor is to be shown again."""
    with services().guard:
        services().live.get("again", {}).pop(session.get("uid"), None)
