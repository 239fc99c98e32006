"""Numbers on the command line."""

from math import isfinite
from typing import Any

import click


class Number(click.FloatRange):
    """A number between limits; click lets ``nan`` pass between any, and ``inf`` where there is no upper one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; fails for what is none that one could count to."""
        found = super().convert(value, param, ctx)
        return found if isfinite(found) else self.fail(f"{value} is no number that can be used", param, ctx)
