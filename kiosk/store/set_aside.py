"""Data folders a restore moved aside, and what one that was cut off left: erasing looks there as in second copies."""

import glob
import shutil
from collections.abc import Sequence
from pathlib import Path

from kiosk.domain.errors import NotFound
from kiosk.store.data_folder import DataFolder
from kiosk.store.erasing import remove, window_files
from kiosk.store.vault import Vault


def restoring(data: DataFolder) -> Path:
    """Where a restore grows before it takes the data folder's place."""
    return data.root.absolute().with_name(f".{data.root.name}.restoring")


def moved_aside(data: DataFolder) -> list[Path]:
    """Every folder a restore moved aside: those remembered, wherever they are now, and those beside the data folder."""
    noted = data.set_aside.read_text("utf-8").splitlines() if data.set_aside.is_file() else []
    root = data.root.absolute()
    beside = sorted(root.parent.glob(f"{glob.escape(root.name)}.before-*"))
    return list(dict.fromkeys([*map(Path, noted), *beside]))


def remember_aside(data: DataFolder, folders: Sequence[Path]) -> None:
    """Note in ``data`` which folders were moved aside; raises StorageFull."""
    data.write_secret(data.set_aside, "".join(f"{folder}\n" for folder in folders))


def left_by_restores(data: DataFolder) -> list[Path]:
    """The folders moved aside, and that of a restore that was cut off, if there is one."""
    return [*moved_aside(data), *(each for each in [restoring(data)] if each.exists())]


def forget_aside(vault: Vault, folder: Path, window_id: str) -> None:
    """Take a window out of one of ``left_by_restores``: its file, its sealed files, every wrap of its key.

    What a restore left that was cut off goes as a whole: it came from a copy and would be begun anew. Raises NotFound
    for a folder that is not there, OSError, StorageDamaged when its kiosk.db has another master key.
    """
    if folder == restoring(vault.folder):
        shutil.rmtree(folder)
        return
    if not folder.is_dir():
        raise NotFound("the folder that was moved aside is not there")
    there = DataFolder(folder)
    remove([*window_files(there, window_id), *there.outbox.glob(f"*-{window_id}-*")])
    if there.kiosk_db.is_file():
        vault.destroy_window_in(there, window_id)
