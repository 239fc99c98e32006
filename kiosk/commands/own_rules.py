"""The rules of the municipality's own a command goes by, looked at before anything is done."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from kiosk.domain.columns import check_profiles
from kiosk.domain.plan import Visits
from kiosk.office.lines import check_lines
from kiosk.rules import load_rules

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def columns_in(folder: Path | None) -> dict[str, Any]:
    """The rules of columns.toml, the municipality's own or ours; raises UsageError for one that cannot be used."""
    return _checked("columns", folder, check_profiles)


def lines_in(folder: Path | None) -> dict[str, Any]:
    """The rules of office.toml, as ``columns_in``."""
    return _checked("office", folder, check_lines)


def hosts_in(folder: Path | None) -> list[str]:
    """The hosts of form_qr.toml, as ``columns_in``."""
    return list(_checked("form_qr", folder, lambda rules: list(rules["payload"]["hosts"]))["payload"]["hosts"])


def visit_rules_in(folder: Path | None) -> dict[str, Any]:
    """The rules of plan.toml, as ``columns_in``."""
    return _checked("plan", folder, Visits.from_rules)


def _checked(name: str, folder: Path | None, check: Callable[[Mapping[str, Any]], object]) -> dict[str, Any]:
    try:
        rules = load_rules(name, folder)
        check(rules)
    except KeyError as lacking:
        raise click.UsageError(f"{name}.toml lacks {lacking.args[0]}; nothing was done") from None
    except (OSError, AttributeError, TypeError, ValueError) as wrong:  # no TOML and no UTF-8 are ValueErrors
        raise click.UsageError(f"{name}.toml cannot be used: {wrong}; nothing was done") from None
    return rules
