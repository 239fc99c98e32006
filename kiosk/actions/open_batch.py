"""Opening a batch without a database: everything checked while it is written, nothing left of a bad one."""

import csv
import errno
import io
import json
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyrage

from kiosk.batch_file.manifest import MANIFEST, NARROW, REPORT, ROWS, TABLE, to_bytes
from kiosk.batch_file.reader import Checked, check_file
from kiosk.domain.columns import Column, misfit_report, misfits, to_cp932
from kiosk.domain.errors import BatchError, TappedFirst
from kiosk.store.file_lock import file_lock
from kiosk.store.fsync import fsync_path


def open_batch(
    path: Path, identities: Sequence[pyrage.x25519.Identity], folder: Path, device_key: str | None = None,
    *, cp932: bool = False,
) -> Checked:  # fmt: skip
    """Write CSV, JSONL, photos and manifest into an empty or new ``folder``; raises BatchError or OSError.

    The files appear under their names only when the whole batch has been found in order. With ``cp932`` the table is
    also laid there in CP932 with its report, unless the batch carries them already. When this returns all of it is on
    the disk, so that the office may acknowledge it. The files are this account's alone, a folder that was
    there stays as open as it was.
    """
    with _working_folder(folder) as working:
        keep = _Folder(working)
        checked = check_file(path, identities, device_key, keep)
        if checked.manifest:
            keep(MANIFEST, iter([to_bytes(checked.manifest)]))
        if cp932 and not (working / NARROW).exists():
            for name, data in _in_cp932(working):
                keep(name, iter([data]))
        _sync(working / "photos")
        _sync(working)
        if folder.exists():
            working.chmod(stat.S_IMODE(folder.stat().st_mode))
        working.rename(folder)
        for above in folder.absolute().parents:  # some of them may be new as well
            _sync(above)
    return checked


@contextmanager
def _working_folder(folder: Path) -> Iterator[Path]:
    """An empty folder beside ``folder`` for one process at a time; what one that was killed left there goes first."""
    working = folder.with_name(f".{folder.name}.part")
    with _alone(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BatchError("out_not_empty")
        shutil.rmtree(working, ignore_errors=True)
        try:
            (working / "photos").mkdir(mode=0o700, parents=True)
            working.chmod(0o700)
            yield working
        finally:
            shutil.rmtree(working, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file_lock(folder.with_name(f".{folder.name}.lock")):
            yield
    except TappedFirst:
        raise BatchError("out_busy") from None


def _in_cp932(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The table in CP932, and the report of what does not fit; records and rows are known to be the same."""
    table = (folder / TABLE).read_bytes().decode("utf-8-sig")
    header, *records = csv.reader(io.StringIO(table, newline=""))
    columns = [Column(name, "") for name in header]
    uids = [json.loads(line)["uid"] for line in (folder / ROWS).read_bytes().splitlines()]
    found = (each for uid, cells in zip(uids, records, strict=True) for each in misfits(uid, columns, cells))
    yield NARROW, to_cp932(table)[0].encode("cp932")
    yield REPORT, misfit_report(found).encode("utf-8-sig")


class _Folder:
    """Keeps members as files; their names have passed the reader's list of allowed ones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, name: str, chunks: Iterator[bytes]) -> None:
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Fsync a folder, unless we may not read it (then it is not ours) or its file system knows no such thing."""
    try:
        fsync_path(folder)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EINVAL):
            raise
