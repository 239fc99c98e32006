"""USB media by their serial, and a copy onto one that is believed only after it was read back from the medium."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from kiosk.domain.destination import UsbDestination
from kiosk.domain.errors import BatchError, StorageFull
from kiosk.store.fsync import fsync_path
from kiosk.store.medium import Told

_BLOCK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OCTAL = re.compile(r"\\([0-7]{3})")


class UsbMedium:
    """A registered medium, looked for anew at each deed: it may have been out and put back elsewhere."""

    def __init__(self, to: UsbDestination, root: Path = Path("/")) -> None:
        self._to, self._root = to, root

    def put(self, source: Path, sha256: str, told: Told) -> bool:
        """See Medium; a copy that was cut off is gone on with."""
        return put(source, mount_point(self._to.serials, self._root) / self._to.folder, sha256, told)

    def answer(self, name: str, most: int) -> bytes | None:
        """See Medium; raises BatchError ``medium_not_plain`` when a link or the like lies in its place."""
        path = mount_point(self._to.serials, self._root) / self._to.acknowledgements / name
        _refuse_links(path.parent)
        if not os.path.lexists(path):
            return None
        with os.fdopen(_plain(path, os.O_RDONLY), "rb") as file:
            return file.read(most)


def mount_point(serials: Collection[str], root: Path = Path("/")) -> Path:
    """Where the medium with one of these serials is mounted; raises BatchError ``medium_missing``.

    ``root`` is the place of ``proc``, ``sys`` and ``run``.
    """
    for device, point in _mounts((root / "proc/self/mountinfo").read_text("utf-8", "surrogateescape")):
        if serials_of(device, root) & set(serials):
            return point
    raise BatchError("medium_missing")


def serials_of(device: str, root: Path = Path("/")) -> set[str]:
    """The serials of a block device ``major:minor``: what udev has read from it, and the USB device's own."""
    found = set()
    udev = root / "run/udev/data" / f"b{device}"
    if udev.is_file():
        found |= set(re.findall(r"^E:ID_SERIAL_SHORT=(.+)$", udev.read_text("utf-8", "replace"), re.MULTILINE))
    block = root / "sys/dev/block" / device
    for folder in (block.resolve(), *block.resolve().parents) if block.exists() else ():
        if (folder / "idVendor").is_file() and (folder / "serial").is_file():
            found.add((folder / "serial").read_text("utf-8", "replace").strip())
    return found


def _mounts(mountinfo: str) -> Iterator[tuple[str, Path]]:
    for line in mountinfo.splitlines():
        words = line.split(" ")
        if len(words) > 4:
            yield words[2], Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), words[4]))


def put(source: Path, folder: Path, sha256: str, told: Told = lambda done: None) -> bool:
    """Copy ``source`` into ``folder``, read it back from the medium, give it its name; False when it is there already.

    A copy that was cut off is gone on with. Raises BatchError ``file_exists`` (another file of that name),
    ``medium_differs`` (what is read back is not what was written; the copy is removed), ``medium_not_plain`` (a link
    or the like in the place of the file, its part or a folder: a prepared medium), StorageFull, OSError.
    """
    target, part = folder / source.name, folder / f".{source.name}.part"
    _refuse_links(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target):
            _expect(target, sha256, "file_exists")
            _sync(folder)
            return False
        _copy(source, part, told)
        if read_back(part) != sha256:
            part.unlink()
            raise BatchError("medium_differs")
        part.rename(target)
        _sync(folder)
    except OSError as error:
        if error.errno in _FULL:
            part.unlink(missing_ok=True)
            raise StorageFull("no room on the medium") from None
        raise
    _expect(target, sha256, "medium_differs")
    return True


def read_back(path: Path) -> str:
    """The SHA-256 of a file as the medium gives it, the page cache dropped before."""
    with os.fdopen(_plain(path, os.O_RDONLY), "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _expect(path: Path, sha256: str, otherwise: str) -> None:
    if read_back(path) != sha256:
        raise BatchError(otherwise)


def _copy(source: Path, part: Path, told: Told) -> None:
    """Append what is missing, after going back to the last whole block that agrees with the source."""
    with source.open("rb") as origin, os.fdopen(_plain(part, os.O_RDWR | os.O_CREAT), "r+b") as copy:
        while (block := copy.read(_BLOCK)) and len(block) == _BLOCK and block == origin.read(_BLOCK):
            told(copy.tell())
        start = copy.tell() - len(block) if block else copy.tell()
        copy.seek(start)
        copy.truncate()
        origin.seek(start)
        while block := origin.read(_BLOCK):
            copy.write(block)
            told(copy.tell())
        copy.flush()
        os.fsync(copy.fileno())


def _refuse_links(folder: Path) -> None:
    """A link on the medium could lead to any file of this computer; the mount point itself has none above it."""
    if any(each.is_symlink() for each in (folder, *folder.parents)):
        raise BatchError("medium_not_plain")


def _plain(path: Path, flags: int) -> int:
    """A descriptor of a plain file; a link, a folder, a pipe or a device raises BatchError ``medium_not_plain``."""
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise BatchError("medium_not_plain") from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BatchError("medium_not_plain")
    return descriptor


def _sync(folder: Path) -> None:
    """Fsync the folder and those above it on the medium: each may be new there, also from a try that was cut off."""
    for each in (folder, *folder.parents):
        if each.stat().st_dev != folder.stat().st_dev:
            return
        fsync_path(each)
