"""Dated and local rules as TOML, overridable per municipality. No code besides the loader may be in here."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any


def load_rules(name: str, override_dir: Path | None = None) -> dict[str, Any]:
    """The rules ``name``.toml of this package, or the municipality's own file of that name when it has one.

    Raises KeyError for a name this package has no rules for, tomllib.TOMLDecodeError for a broken file.
    """
    own = own_rules_text(name, override_dir)
    return tomllib.loads(rules_text(name) if own is None else own)


def rules_text(name: str) -> str:
    """The text of the rules ``name``.toml of this package; raises KeyError for a name it has no rules for."""
    packaged = resources.files(__package__).joinpath(f"{name}.toml")
    if not packaged.is_file():
        raise KeyError(name)
    return packaged.read_text("utf-8")


def own_rules_text(name: str, override_dir: Path | None) -> str | None:
    """The text of the municipality's own ``name``.toml, or None where it has none."""
    own = override_dir / f"{name}.toml" if override_dir else None
    return own.read_text("utf-8") if own and own.is_file() else None
