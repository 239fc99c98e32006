"""Opening a batch without a database: everything checked while it is written, nothing left of a bad one."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyrage

from kiosk.batch_file.manifest import MANIFEST, to_bytes
from kiosk.batch_file.reader import Checked, check_file
from kiosk.domain.errors import BatchError


def open_batch(
    path: Path, identities: Sequence[pyrage.x25519.Identity], folder: Path, device_key: str | None = None
) -> Checked:
    """Write CSV, JSONL, photos and manifest into an empty or new ``folder``; raises BatchError or OSError.

    The files appear under their names only when the whole batch has been found in order.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BatchError("out_not_empty")
    working = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    (working / "photos").mkdir(mode=0o700, parents=True)
    working.chmod(0o700)
    try:
        keep = _Folder(working)
        checked = check_file(path, identities, device_key, keep)
        if checked.manifest:
            keep(MANIFEST, iter([to_bytes(checked.manifest)]))
        working.rename(folder)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return checked


class _Folder:
    """Keeps members as files; their names have passed the reader's list of allowed ones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, name: str, chunks: Iterator[bytes]) -> None:
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
