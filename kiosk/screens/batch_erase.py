"""Erasing a window at the desk with a second person, and its deletion certificate."""

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from kiosk.actions.erase import EraseOrder, erase_window
from kiosk.actions.erase_certificate import keep_certificate
from kiosk.domain.errors import KioskError, Refused
from kiosk.screens import second_person, services, settings, signed_in
from kiosk.screens.batch_page import go, refuse


def register(blueprint: Blueprint) -> None:
    """Add these deeds to the batch page."""
    blueprint.post("/<window_id>/erase")(erase)
    blueprint.get("/<window_id>/certificate")(certificate)


def erase(window_id: str) -> ResponseReturnValue:
    """Destroy the window's key and files; a second person types a passphrase on the spot."""
    parts, first, form = services(), signed_in.staff(), request.form
    try:
        if form.get("sure") != "yes":
            raise Refused("erase.error_not_sure")
        with second_person.at_hand(window_id) as second:
            order = EraseOrder(window_id, first, second.name, form.get("reason", "").strip() or None)
            erase_window(parts.vault, parts.clock, order)
        keep_certificate(parts.vault, window_id, settings().municipality_name)
    except KioskError as refused:
        return refuse(window_id, refused)
    return go(window_id)


def certificate(window_id: str) -> ResponseReturnValue:
    """The deletion certificate as a PDF, made from the facts in kiosk.db."""
    path = keep_certificate(services().vault, window_id, settings().municipality_name)
    return send_file(path, mimetype="application/pdf", download_name=f"deletion-{window_id}.pdf")
