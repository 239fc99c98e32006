"""Opening a batch without a database: everything checked while it is written, nothing left of a bad one."""

import csv
import errno
import io
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyrage

from kiosk.batch_file.manifest import MANIFEST, to_bytes
from kiosk.batch_file.reader import Checked, check_file
from kiosk.domain.columns import to_cp932
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
    the disk, so that the office may acknowledge it.
    """
    with _working_folder(folder) as working:
        keep = _Folder(working)
        checked = check_file(path, identities, device_key, keep)
        if checked.manifest:
            keep(MANIFEST, iter([to_bytes(checked.manifest)]))
        if cp932 and not (working / "applications.cp932.csv").exists():
            for name, data in _in_cp932((working / "applications.csv").read_bytes().decode("utf-8-sig")):
                keep(name, iter([data]))
        _sync(working / "photos")
        _sync(working)
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


def _in_cp932(table: str) -> Iterator[tuple[str, bytes]]:
    """The table in CP932, and the report of what does not fit; the first column is the uid."""
    header, *rows = csv.reader(io.StringIO(table, newline=""))
    report = [[row[0], name, point] for row in rows for name, cell in zip(header, row, strict=True)
              for point in to_cp932(cell)[1]]  # fmt: skip
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([["uid", "column", "code_point"], *report])
    yield "applications.cp932.csv", to_cp932(table)[0].encode("cp932")
    yield "cp932-report.csv", text.getvalue().encode("utf-8-sig")


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
