"""Whether the rule files of an installation can be used, looked at once before anybody comes."""

from collections.abc import Callable
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

from kiosk.actions.applicant import applicant_rules
from kiosk.actions.identity import preset_names
from kiosk.actions.photo_check import photo_rules
from kiosk.domain.photo import load_limits
from kiosk.rules import own_rules_text, rules_text
from kiosk.settings import Settings, SettingsError


def check_rules(settings: Settings) -> None:
    """Raise SettingsError, naming the file and what it lacks, when a rule file cannot be used."""
    folder = Path(settings.rules) if settings.rules else None
    readers: dict[str, Callable[[], Any]] = {
        "identity": lambda: preset_names(settings),
        "applicant": lambda: applicant_rules(settings),
        "photo": lambda: load_limits(rules_text("photo"), own_rules_text("photo", folder)),
        "photo_file": lambda: photo_rules(folder),
    }
    for name, read in readers.items():
        try:
            read()
        except KeyError as error:
            raise SettingsError(f"the rules {name}.toml lack {error.args[0]}") from None
        except (TOMLDecodeError, TypeError, ValueError) as error:
            raise SettingsError(f"the rules {name}.toml cannot be used: {error}") from None
