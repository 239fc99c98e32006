"""Every setting: name, default, limits, help, in one table. An unknown key refuses to start."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kiosk.domain.window import CONTACT_MAIL, OTHER_CITIES
from kiosk.texts import languages


class SettingsError(Exception):
    """The configuration file has an unknown key or a value outside its limits."""


def _setting(default: Any, help_text: str, low: float | None = None, high: float | None = None) -> Any:
    return field(default=default, metadata={"help": help_text, "min": low, "max": high})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation may set in kiosk.toml; see docs/settings.md (generated from this table)."""

    data: str = _setting("", "data folder; KIOSK_DATA goes before it")
    host: str = _setting("127.0.0.1", "address to listen on; loopback only, anything else is refused")
    port: int = _setting(8765, "port to listen on; 0 takes any free one", 0, 65535)
    threads: int = _setting(24, "server threads; each waiting picture holds one", 8, 128)
    camera_face: str = _setting(
        "device:0",
        "camera for the face: device:N, device:PATH, video:FILE, picture:FILE, virtual:SCENE; "
        "scenes are person, form, visit, nobody, unplugged",
    )
    camera_form: str = _setting("", "camera for the form; empty means the same one as for the face")
    municipality: str = _setting("demo-city", "short name of the municipality, used in batch file names")
    municipality_name: str = _setting("デモ市", "name of the municipality as people read it")
    municipality_kana: str = _setting("でもし", "the same name in hiragana, shown above it in やさしい日本語")
    phone: str = _setting("00-0000-0000", "phone of the municipality, printed on receipts")
    languages: str = _setting("ja,ja-easy,en,zh-Hans,ko,es,pt", "languages offered, first is the default")
    time_zone: str = _setting("Asia/Tokyo", "time zone of the window")
    rules: str = _setting("", "folder with the municipality's own rule files")
    idle_seconds: int = _setting(60, "seconds without a touch until the screen asks", 10, 600)
    idle_grace_seconds: int = _setting(20, "seconds to answer before the screen is wiped", 20, 120)
    desk_idle_minutes: int = _setting(10, "minutes without a touch until the desk locks", 1, 60)
    same_person_guard: bool = _setting(
        False, "warn staff when two applicants of a window have the same face; the purpose notice then says so"
    )
    contact_mail: str = _setting("applicant", "whose mail is filed: applicant, municipal or none")
    print_slip: bool = _setting(False, "offer to print the call number on the applicant's screen; needs a printer")
    other_cities: str = _setting("accepted", "residents of other municipalities: accepted or not_accepted")


def for_window(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """The settings while a window is at work: its own choices go before the installation's."""
    languages = options.get("languages")
    return replace(
        settings,
        languages=",".join(languages) if languages else settings.languages,
        contact_mail=str(options.get("contact_mail") or settings.contact_mail),
        other_cities=str(options.get("other_cities") or settings.other_cities),
    )


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Settings from a TOML file and keyword overrides; raises SettingsError for unknown keys and bad values."""
    values: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path else {}
    values.update({name: value for name, value in overrides.items() if value is not None})
    _refuse_unknown(values)
    for each in fields(Settings):
        if each.name in values:
            _check(each.name, values[each.name], type(each.default), each.metadata)
    settings = Settings(**values)
    _check_words(settings)
    return settings


def _refuse_unknown(values: Mapping[str, Any]) -> None:
    unknown = sorted(set(values) - {each.name for each in fields(Settings)})
    if unknown:
        raise SettingsError(f"unknown setting: {', '.join(unknown)}")


def _check(name: str, value: Any, kind: type, limits: Mapping[str, Any]) -> None:
    if type(value) is not kind:
        raise SettingsError(f"{name} must be {kind.__name__}")
    low, high = limits["min"], limits["max"]
    if low is not None and not low <= value <= high:
        raise SettingsError(f"{name} must be between {low} and {high}")


def _check_words(settings: Settings) -> None:
    """Refuse a word that nothing here understands: it would be passed over until somebody stands before it."""
    _one_of("contact_mail", settings.contact_mail, CONTACT_MAIL)
    _one_of("other_cities", settings.other_cities, OTHER_CITIES)
    for code in settings.languages.split(","):
        _one_of("languages", code, languages())
    if settings.rules and not Path(settings.rules).is_dir():
        raise SettingsError(f"rules names a folder that is not there: {settings.rules}")
    try:
        ZoneInfo(settings.time_zone)
    except (ValueError, OSError, KeyError):
        raise SettingsError(f"time_zone is none that is known: {settings.time_zone}") from None


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise SettingsError(f"{name} knows no {value!r}, only {', '.join(known)}")
