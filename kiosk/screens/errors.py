"""Every error a person can meet, in plain words with a way on."""

import logging

from flask import Flask, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from kiosk.domain.errors import (
    KioskError,
    Locked,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    NotSignedIn,
    Refused,
    SecondPersonNeeded,
    StorageFull,
    TappedFirst,
)

log = logging.getLogger("kiosk.screens")
_STATUS: tuple[tuple[type[KioskError], int], ...] = (
    (NotAllowedNow, 409),
    (TappedFirst, 409),
    (NotFound, 404),
    (NotSignedIn, 401),
    (NotPermitted, 403),
    (SecondPersonNeeded, 403),
    (Refused, 422),
    (Locked, 503),
    (StorageFull, 507),
)


def register(app: Flask) -> None:
    """Answer our errors, HTTP's and the unexpected ones with a page in the visitor's language."""
    app.register_error_handler(KioskError, _ours)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def words_here(text_key: str) -> str:
    """The key of an error's words for who reads them: staff at the desk are not told to call staff."""
    return text_key.replace("errors.", "desk.", 1) if _is_desk() else text_key


def _is_desk() -> bool:
    return "desk" in current_app.blueprints


def _page(text_key: str, status: int) -> ResponseReturnValue:
    page = "error_desk.html" if _is_desk() else "error.html"
    return render_template(page, text_key=words_here(text_key), status=status), status


def _ours(error: KioskError) -> ResponseReturnValue:
    return _page(error.text_key, status_of(error))


def status_of(error: KioskError) -> int:
    """The HTTP status that says what kind of error it is."""
    return next((code for kind, code in _STATUS if isinstance(error, kind)), 500)


def _stale(error: CSRFError) -> ResponseReturnValue:
    return _page("errors.error_stale_page", 400)


def _http(error: HTTPException) -> ResponseReturnValue:
    key = "errors.error_not_found" if error.code == 404 else "errors.error_unexpected"
    return _page(key, error.code or 500)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected %s at %s", type(error).__name__, _where(error))
    return _page("errors.error_unexpected", 500)


def _where(error: Exception) -> str:
    """File and line of the innermost frame; never the message, which may hold what a person typed."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "?"
