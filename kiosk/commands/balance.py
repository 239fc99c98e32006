"""The numbers of a window in the shell: each difference with its call numbers and its way out."""

from collections.abc import Iterable

import click

from kiosk.commands.answer import words
from kiosk.domain.batch import Difference


def name_differences(differences: Iterable[Difference], *, is_closed: bool) -> None:
    """Say on standard error what does not add up; a closed window has other ways out than one at work."""
    for each in differences:
        click.echo(words(f"batch.error_{each.key}", many=abs(each.expected - each.found)), err=True)
        click.echo(f"  {words('batch.label_calls')}: {', '.join(each.call_numbers)}", err=True)
        click.echo(f"  {words(_way_out(each, is_closed=is_closed))}", err=True)


def _way_out(difference: Difference, *, is_closed: bool) -> str:
    if difference.key == "drafts_left":
        return "batch.help_drafts_left_shell"
    return "batch.help_closed_shell" if is_closed else f"batch.help_{difference.key}"
