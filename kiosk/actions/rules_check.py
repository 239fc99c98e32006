"""Whether the rule files of an installation can be used, looked at once before anybody comes."""

from collections.abc import Callable
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

from kiosk.actions.applicant import applicant_rules
from kiosk.actions.identity import preset_names
from kiosk.actions.photo_check import photo_rules
from kiosk.domain.applicant import STOPPED_BY
from kiosk.domain.applicant_rules import ApplicantRules, Kind, Question
from kiosk.domain.columns import check_profiles
from kiosk.domain.destination import destination_names
from kiosk.domain.errors import BatchError
from kiosk.domain.photo import load_limits
from kiosk.rules import load_rules, own_rules_text, rules_text
from kiosk.settings import Settings, SettingsError
from kiosk.texts import DEFAULT_LANGUAGE, catalogue


def check_rules(settings: Settings) -> None:
    """Raise SettingsError, naming the file and what it lacks, when a rule file cannot be used."""
    folder = Path(settings.rules) if settings.rules else None
    readers: dict[str, Callable[[], Any]] = {
        "identity": lambda: preset_names(settings),
        "applicant": lambda: _refuse_what_has_no_words(applicant_rules(settings)),
        "photo": lambda: load_limits(rules_text("photo"), own_rules_text("photo", folder)),
        "photo_file": lambda: photo_rules(folder),
        "destinations": lambda: destination_names(load_rules("destinations", folder)),
        "columns": lambda: check_profiles(load_rules("columns", folder)),
    }
    for name, read in readers.items():
        try:
            read()
        except KeyError as error:
            raise SettingsError(f"the rules {name}.toml lack {error.args[0]}") from None
        except (TOMLDecodeError, BatchError, AttributeError, TypeError, ValueError) as error:
            raise SettingsError(f"the rules {name}.toml cannot be used: {error}") from None


def _refuse_what_has_no_words(rules: ApplicantRules) -> None:
    """Raise ValueError for a question, an option or a stop that no screen has words for."""
    for item in rules.items:
        missing = [key for key in _words_of(item.question) if key not in catalogue(DEFAULT_LANGUAGE)]
        if missing:
            raise ValueError(f"item {item.question.key}: no screen has words for it ({missing[0]})")
    for stop in rules.stops:
        if stop.key not in STOPPED_BY:
            raise ValueError(f"stop {stop.key}: no screen has words for it; there are {', '.join(STOPPED_BY)}")


def _words_of(question: Question) -> list[str]:
    """The keys of the texts a question is shown with."""
    asked = () if question.kind is Kind.PHOTO else (f"title_ask_{question.key}", f"help_{question.key}")
    options = [each if each in ("yes", "no") else f"{question.key}_{each}" for each in question.options]
    return [f"applicant.{each}" for each in (f"label_{question.key}", *asked, *(f"label_{each}" for each in options))]
