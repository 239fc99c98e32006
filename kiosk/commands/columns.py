"""The column profiles a command goes by, looked at before anything is done."""

from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

import click

from kiosk.domain.columns import check_profiles
from kiosk.rules import load_rules


def columns_in(folder: Path | None) -> dict[str, Any]:
    """The rules of columns.toml, the municipality's own or ours; raises UsageError for one that cannot be used."""
    try:
        rules = load_rules("columns", folder)
        check_profiles(rules)
    except KeyError as lacking:
        raise click.UsageError(f"columns.toml lacks {lacking.args[0]}; nothing was done") from None
    except (TOMLDecodeError, AttributeError, TypeError, ValueError) as wrong:
        raise click.UsageError(f"columns.toml cannot be used: {wrong}; nothing was done") from None
    return rules
