"""Dated and local rules as TOML, overridable per municipality. No code besides the loader may be in here."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any


def load_rules(name: str, override_dir: Path | None = None) -> dict[str, Any]:
    """The rules ``name``.toml of this package, or the municipality's own file of that name when it has one.

    Raises KeyError for a name this package has no rules for, tomllib.TOMLDecodeError for a broken file.
    """
    packaged = resources.files(__package__).joinpath(f"{name}.toml")
    if not packaged.is_file():
        raise KeyError(name)
    own = override_dir / f"{name}.toml" if override_dir else None
    text = own.read_text("utf-8") if own and own.is_file() else packaged.read_text("utf-8")
    return tomllib.loads(text)
