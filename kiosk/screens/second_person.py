"""The second person on the spot, whose name and passphrase ``_second_person.html`` asks for."""

from flask import request

from kiosk.actions.staff import confirm_second
from kiosk.domain.staff import Account
from kiosk.screens import services, signed_in


def confirmed() -> Account:
    """Who it is; raises NotSignedIn, SecondPersonNeeded or NotPermitted."""
    parts, form = services(), request.form
    name, passphrase = form.get("second_name", "").strip(), form.get("second_passphrase", "")
    return confirm_second(parts.vault, parts.clock, signed_in.staff(), name, passphrase)
