"""The second person on the spot, whose name and passphrase ``_second_person.html`` asks for."""

from contextlib import AbstractContextManager

from flask import request

from kiosk.actions import staff as deeds
from kiosk.domain.staff import Account
from kiosk.screens import services, signed_in


def confirmed() -> Account:
    """Who it is; raises NotSignedIn, SecondPersonNeeded or NotPermitted."""
    parts = services()
    return deeds.confirm_second(parts.vault, parts.clock, signed_in.staff(), *_typed())


def at_hand(window_id: str) -> AbstractContextManager[Account]:
    """Who it is, and the key of the window, sealed or not, while it lasts; raises what ``confirmed`` raises."""
    parts = services()
    return deeds.second_for_now(parts.vault, parts.clock, signed_in.staff(), *_typed(), window_id)


def _typed() -> tuple[str, str]:
    return request.form.get("second_name", "").strip(), request.form.get("second_passphrase", "")
