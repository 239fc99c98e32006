"""What every template can ask for: words, language, rehearsal mark, which app it is."""

from typing import Any

from flask import Flask, session

from kiosk.screens import services, settings
from kiosk.texts import DEFAULT_LANGUAGE, languages, translator


def language() -> str:
    """The language this visitor chose, the first one offered until then."""
    chosen = str(session.get("language", ""))
    return chosen if chosen in languages() else settings().languages.split(",")[0] or DEFAULT_LANGUAGE


def register(app: Flask, name: str) -> None:
    """Give every template ``t``, ``lang``, ``app_name`` and ``rehearsal``."""

    @app.context_processor
    def words() -> dict[str, Any]:
        lang = language() if name == "applicant" else DEFAULT_LANGUAGE
        window = services().current_window()
        return {
            "t": translator(lang),
            "lang": lang,
            "app_name": name,
            "rehearsal": bool(window and window.rehearsal) or services().vault.is_rehearsal,
            "idle_seconds": settings().idle_seconds,
            "idle_grace_seconds": settings().idle_grace_seconds,
        }
