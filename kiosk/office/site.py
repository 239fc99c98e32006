"""The office's web app: loopback only, its own cookie, its own accounts; the same hardening as the kiosk's two apps."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from kiosk.app import configuration, harden, refuse_other_hosts
from kiosk.domain.errors import KioskError, NotAllowedNow, NotFound, NotPermitted, Refused, TappedFirst, Unreachable
from kiosk.office.database import Side
from kiosk.office.object_store import ObjectStore
from kiosk.ports import Clock
from kiosk.screens.signed_in import SignIns
from kiosk.texts import DEFAULT_LANGUAGE, translator

IDLE_MINUTES = 10
_STATUS: tuple[tuple[type[KioskError], int], ...] = (
    (NotAllowedNow, 409),
    (TappedFirst, 409),
    (NotFound, 404),
    (NotPermitted, 403),
    (Refused, 422),
    (Unreachable, 503),
)
log = logging.getLogger("kiosk.office")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the pages work with; ``columns`` and ``lines`` are the rules columns.toml and office.toml."""

    database: str
    side: Side
    photos: ObjectStore
    clock: Clock
    columns: Mapping[str, Any]
    lines: Mapping[str, Any]
    sign_ins: SignIns


def parts() -> Parts:
    """The parts this app was made with."""
    return cast("Parts", current_app.extensions["office"])


def create_office(office: Parts) -> Flask:
    """The app with all its pages."""
    from kiosk.office import pages, sign_in_page

    app = Flask("kiosk")
    app.config.update(configuration("office"), SECRET_KEY=secrets.token_bytes(32))
    app.extensions["office"] = office
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    CSRFProtect(app)
    app.before_request(refuse_other_hosts)
    app.before_request(_refuse_nul)
    app.before_request(sign_in_page.guard)
    app.after_request(harden)
    app.context_processor(_words)
    app.register_error_handler(KioskError, _ours)
    app.register_error_handler(CSRFError, lambda error: _page("errors.error_stale_page", 400))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    app.register_blueprint(sign_in_page.blueprint)
    app.register_blueprint(pages.blueprint)
    return app


def _refuse_nul() -> None:
    """Raise NotFound for an address with U+0000, which no text of PostgreSQL can hold."""
    given = (*(request.view_args or {}).values(), *request.args.values())
    if any("\0" in str(each) for each in given):
        raise NotFound("nothing has such a name")


def _words() -> dict[str, Any]:
    return {
        "t": translator(DEFAULT_LANGUAGE),
        "rehearsal": parts().side is Side.PRACTICE,
        "idle_minutes": IDLE_MINUTES,
    }


def _page(text_key: str, status: int) -> ResponseReturnValue:
    return render_template("office_error.html", text_key=text_key), status


def _ours(error: KioskError) -> ResponseReturnValue:
    return _page(error.text_key, next((code for kind, code in _STATUS if isinstance(error, kind)), 500))


def _http(error: HTTPException) -> ResponseReturnValue:
    return _page("errors.error_not_found" if error.code == 404 else "office.error_unexpected", error.code or 500)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected %s", type(error).__name__)  # its message may hold a row
    return _page("office.error_unexpected", 500)
