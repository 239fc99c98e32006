"""The two web apps behind one address: the applicant screen at ``/``, the staff desk at ``/desk``.

They are apart so that each has its own cookie and CSRF secret: what an applicant holds opens nothing at the desk.
"""

import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from functools import cache
from hashlib import sha256
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, request
from flask_htmx import HTMX
from flask_wtf.csrf import CSRFProtect
from jinja2 import TemplateAssertionError
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from kiosk.screens import contexts, errors
from kiosk.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from kiosk.wiring import Services

APPLICANT_SCREENS = ("applicant", "form_qr", "photo", "resume", "speech")
DESK_SCREENS = ("desk", "identity", "queue", "batch")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def create_site(settings: Settings, services: "Services") -> "WSGIApplication":
    """Both apps as one WSGI application."""
    applicant = create_app("applicant", APPLICANT_SCREENS, settings, services)
    desk = create_app("desk", DESK_SCREENS, settings, services)
    return DispatcherMiddleware(applicant, {"/desk": desk})


def compile_pages(site: "WSGIApplication") -> None:
    """Compile every template of a site now, so that no visitor waits for the first showing of one."""
    apps = [site.app, *site.mounts.values()] if isinstance(site, DispatcherMiddleware) else []
    for app in apps:
        if isinstance(app, Flask):
            for name in app.jinja_env.list_templates(extensions=["html"]):
                with suppress(TemplateAssertionError):  # it belongs to another app, which has the filters it needs
                    app.jinja_env.get_template(name)


def create_app(name: str, screens: Iterable[str], settings: Settings, services: "Services") -> Flask:
    """One Flask app with the blueprints of the named screens; ``name`` is ``applicant`` or ``desk``."""
    app = Flask("kiosk")
    app.config.update(configuration(name))
    app.extensions["services"] = services
    app.extensions["settings"] = settings
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    HTMX(app)
    CSRFProtect(app)
    app.before_request(refuse_other_hosts)
    app.after_request(harden)
    app.url_defaults(_with_version)
    if name == "applicant":  # nothing there moves a window
        app.before_request(services.look_once)
        app.teardown_request(lambda _error: services.look_once(False))
    contexts.register(app, name)
    errors.register(app)
    for screen in screens:
        app.register_blueprint(import_module(f"kiosk.screens.{screen}").blueprint)
    return app


def configuration(name: str) -> dict[str, Any]:
    """Flask's settings for one app: cookies of its own, strict, and a secret that does not outlive the server."""
    return {
        "SECRET_KEY": secrets.token_bytes(32),  # a restart signs everybody out, on purpose
        "SESSION_COOKIE_NAME": f"madoguchi_{name}",
        "SESSION_COOKIE_PATH": "/desk" if name == "desk" else "/",
        "SESSION_COOKIE_SAMESITE": "Strict",
        "SESSION_COOKIE_HTTPONLY": True,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "TEMPLATES_AUTO_RELOAD": False,
    }


def refuse_other_hosts() -> None:
    """Refuse names other than loopback, so that no web page elsewhere can point its own name here."""
    if request.host.rsplit(":", 1)[0] not in _LOOPBACK:
        abort(400)


def _with_version(endpoint: str, values: dict[str, Any]) -> None:
    """Let the address of our own files change with their content, so that a browser need not ask for them again."""
    name = values.get("filename", "")
    if endpoint == "static" and name and not name.endswith("/"):
        values["v"] = _version_of(name)


@cache
def _version_of(name: str) -> str:
    file = resources.files("kiosk").joinpath("static", *name.split("/"))
    return sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""


def harden(response: Response) -> Response:
    """Nothing from elsewhere, nothing kept, nothing framed."""
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if not (request.endpoint or "").endswith("static"):
        response.headers["Cache-Control"] = "no-store"
    elif request.args.get("v"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
