"""The parts of the deeds that make papers of one window, from the shell."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from kiosk.clock import RandomIds
from kiosk.commands.people import People
from kiosk.domain.window import Window
from kiosk.ports import Clock, Ids
from kiosk.settings import Settings, for_window
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.vault import Vault
from kiosk.store.window_file import WindowStore


@dataclass(frozen=True, slots=True)
class WindowParts:
    """The parts of the papers' deeds, with the window asked for as the current one."""

    settings: Settings
    clock: Clock
    ids: Ids
    vault: Vault
    window: Window

    @property
    def kiosk_store(self) -> KioskStore:
        """kiosk.db; raises Locked."""
        return self.vault.kiosk_store

    def current_window(self) -> Window:
        """The window reported on."""
        return self.window

    def window_store(self, window_id: str | None = None) -> WindowStore:
        """Its file; raises Locked or NotFound."""
        return self.vault.window_store(window_id or self.window.id)


def window_parts(people: People, window_id: str) -> WindowParts:
    """The window asked for, with its own settings; raises NotFound."""
    window = people.vault.kiosk_store.windows.get(window_id)
    return WindowParts(for_window(people.settings, window.options), people.clock, RandomIds(), people.vault, window)


def write_papers(out: Path, papers: Mapping[str, bytes]) -> None:
    """Write each paper into the folder and say where; a folder that cannot be written to is said in plain words."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, paper in papers.items():
            (out / name).write_bytes(paper)
            click.echo(out / name)
    except OSError as error:
        raise click.ClickException(f"the folder cannot be written to: {error.strerror}") from None
