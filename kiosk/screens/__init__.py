"""Views: read the request, call one action, render one thing. No rules, no SQL in here."""

from typing import TYPE_CHECKING, cast

from flask import current_app

from kiosk.settings import Settings

if TYPE_CHECKING:
    from kiosk.wiring import Services


def services() -> "Services":
    """The parts this app was made with."""
    return cast("Services", current_app.extensions["services"])


def settings() -> Settings:
    """The settings this app was made with, with what was agreed for the window at work."""
    return services().settings
