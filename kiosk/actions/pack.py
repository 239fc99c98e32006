"""What a window's papers say: agreed with the company, taken from settings and rules."""

from datetime import date
from pathlib import Path
from typing import Any

from kiosk.actions.applicant import applicant_rules
from kiosk.actions.identity import identity_rules, preset_of
from kiosk.actions.parts import Parts
from kiosk.domain.eras import in_era
from kiosk.domain.errors import NoOpenWindow
from kiosk.domain.pack import Pack, pages_from, stages_from
from kiosk.rules import load_rules
from kiosk.settings import Settings
from kiosk.texts import DEFAULT_LANGUAGE, catalogue, languages

_ACCEPTED = "accepted"


def pack_of(parts: Parts) -> Pack:
    """What poster, flyer and checklist of the current window say; raises NoOpenWindow, PackRulesWrong or ValueError."""
    window = parts.current_window()
    if window is None:
        raise NoOpenWindow("no window to make papers for")
    settings, day, preset = parts.settings, date.fromisoformat(window.held_on), preset_of(parts)
    is_posted, rules = bool(identity_rules(parts).post[preset]), _rules(settings, "pack")
    least, most = _rules(settings, "receipt")["weeks"]["POST" if is_posted else "PICKUP"]
    return Pack(
        company=window.company,
        place=window.place,
        day=day,
        day_in_era=in_era(day, applicant_rules(settings).eras),
        head_count=window.head_count,
        languages=tuple(code for code in settings.languages.split(",") if code in languages()),
        municipality=settings.municipality_name,
        municipality_kana=settings.municipality_kana,
        phone=settings.phone,
        pages=pages_from(rules),
        documents=_documents(preset),
        is_posted=is_posted,
        takes_other_cities=settings.other_cities == _ACCEPTED,
        weeks=(least, most),
        staff=tuple(window.options.get("staff", ())),
        stages=stages_from(rules, day),
        is_rehearsal=window.rehearsal,
    )


def _rules(settings: Settings, name: str) -> dict[str, Any]:
    return load_rules(name, Path(settings.rules) if settings.rules else None)


def _documents(preset: str) -> str:
    """The key of the sentence for a preset; a municipality's own preset has none, so people are sent to its page."""
    key = f"flyer.note_documents_{preset}"
    return key if key in catalogue(DEFAULT_LANGUAGE) else "flyer.note_documents_other"
