"""A second copy of the data folder on another medium: made while the kiosk works, checked, put back whole.

``DIR/copy`` is laid out like the data folder itself: keyring, kiosk.db and the windows' files, all encrypted as they
are, and ``backup.json``, which says when it was made, which medium it is on and each file's SHA-256. A new one grows as
``DIR/coming``, so that one that was cut off leaves the one before.
"""

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.domain.errors import KioskError, Locked, NotFound, Refused, StorageDamaged, StorageFull
from kiosk.store.data_folder import WINDOW_ID, DataFolder
from kiosk.store.erasing import remove
from kiosk.store.fsync import fsync_path
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.owner import as_its_folder, give
from kiosk.store.set_aside import forget_aside, left_by_restores, moved_aside, remember_aside, restoring
from kiosk.store.vault import Vault

NOTE = "backup.json"
_WHOLE, _COMING, _BEFORE = "copy", "coming", "before"
_PLACES = "backups"
_PLAIN_FILES = ("keyring.json", "rehearsal.key", "rehearsal-identity.txt", "rehearsal-recipient.txt",
                "rehearsal-office.pem", "rehearsal-device.pub")  # fmt: skip
_WINDOW_FILE = re.compile(rf"windows/{WINDOW_ID.pattern}\.db")


@dataclass(frozen=True, slots=True)
class Backup:
    """What lies in a copy: ``made_at`` ISO 8601, ``files`` name → SHA-256."""

    made_at: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Medium:
    """Where a copy was made; two media used in turn in one folder are told apart by ``mark``."""

    place: Path
    mark: str


def media(kiosk_store: KioskStore) -> list[Medium]:
    """Every medium a copy was ever made on; erasing looks for each."""
    lines = (kiosk_store.settings.get(_PLACES) or "").splitlines()
    return [Medium(Path(place), mark) for mark, _, place in (line.partition(" ") for line in lines)]


def places(kiosk_store: KioskStore) -> list[Path]:
    """The folders copies were ever made in."""
    return list(dict.fromkeys(each.place for each in media(kiosk_store)))


def _mark_of(place: Path) -> str | None:
    """The mark of the copy that lies there now, or None."""
    try:
        return str(json.loads((_whole(place) / NOTE).read_text("utf-8"))["mark"])
    except (NotFound, OSError, ValueError, KeyError, TypeError):
        return None


def make_backup(vault: Vault, folder: Path, at: str) -> Backup:
    """Copy everything whose key is in memory into ``folder`` and remember that folder; an earlier copy is replaced.

    Raises Refused for a folder inside the data folder or one that holds something else, Locked, StorageFull.
    """
    _check_place(vault.folder, folder)
    mark = _mark_of(folder) or secrets.token_hex(8)
    remembered = dict.fromkeys([*media(vault.kiosk_store), Medium(folder.absolute(), mark)])
    vault.kiosk_store.settings.set(_PLACES, "\n".join(f"{each.mark} {each.place}" for each in remembered))
    try:
        coming = folder / _COMING
        shutil.rmtree(coming, ignore_errors=True)
        for each in (folder, coming, coming / "windows"):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in _PLAIN_FILES:
            if (vault.folder.root / name).is_file():
                _keep(coming / name, (vault.folder.root / name).read_bytes())
        _copy_windows(vault, DataFolder(coming), DataFolder(folder / _WHOLE))
        vault.kiosk_store.file.copy_to(coming / "kiosk.db")
        made = Backup(at, {str(path.relative_to(coming)): _sha256(path) for path in _files(coming)})
        _keep(coming / NOTE, json.dumps({"made_at": at, "mark": mark, "files": made.files}, indent=1).encode())
        _change_over(folder)
    except OSError:
        raise StorageFull("the copy could not be written") from None
    return made


def _change_over(folder: Path) -> None:
    if (folder / _WHOLE).is_dir():
        shutil.rmtree(folder / _BEFORE, ignore_errors=True)
        (folder / _WHOLE).rename(folder / _BEFORE)
    (folder / _COMING).rename(folder / _WHOLE)
    fsync_path(folder)
    shutil.rmtree(folder / _BEFORE, ignore_errors=True)


def _whole(place: Path) -> Path:
    """The folder of the last whole copy, also when the change over to it was cut off; raises NotFound."""
    for name in (_WHOLE, _BEFORE):
        if (place / name / NOTE).is_file():
            return place / name
    raise NotFound("there is no whole copy in this folder")


def read_backup(place: Path) -> Backup:
    """The copy in ``place``, each file compared with its hash; raises NotFound or StorageDamaged.

    Nobody signs the list: a name that no copy of ours has is refused before any file is looked at.
    """
    folder = _whole(place)
    try:
        found = json.loads((folder / NOTE).read_text("utf-8"))
        made = Backup(str(found["made_at"]), dict(found["files"]))
        datetime.fromisoformat(made.made_at)
        _check_names(made.files)
        same = all(_sha256(folder / name) == digest for name, digest in made.files.items())
    except (OSError, ValueError, KeyError, TypeError):
        raise StorageDamaged("the copy cannot be read") from None
    if not same or not {"keyring.json", "kiosk.db"} <= set(made.files):
        raise StorageDamaged("the copy differs from its own list")
    return made


def _check_names(names: Iterable[str]) -> None:
    for name in names:
        if name != "kiosk.db" and name not in _PLAIN_FILES and not _WINDOW_FILE.fullmatch(name):
            raise StorageDamaged(f"the list of the copy names a file that is none of ours: {name!r}")


def restore_backup(place: Path, data: DataFolder) -> Backup:
    """Put a checked copy in place of the data folder; what was there before is kept beside it, never written over.

    Raises NotFound, StorageDamaged, StorageFull, Refused when the data folder is newer than the copy.
    """
    made, folder = read_backup(place), _whole(place)
    if data.is_made and _newest(data.root) > datetime.fromisoformat(made.made_at).timestamp():
        raise Refused("backup.error_newer")
    try:
        _put_back(made, folder, data)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("no room on the disk for the copy") from None
        raise StorageDamaged(f"the copy cannot be put back to {data.root}: {error.strerror}") from None
    DataFolder(data.root, data.reserve_bytes).make()
    return made


def _put_back(made: Backup, folder: Path, data: DataFolder) -> None:
    coming, aside = restoring(data), moved_aside(data)
    shutil.rmtree(coming, ignore_errors=True)
    (coming / "windows").mkdir(mode=0o700, parents=True)
    coming.chmod(0o700)
    for each in (coming, coming / "windows"):
        give(each, data.root if data.root.exists() else coming)
    for name, digest in made.files.items():
        _keep(coming / name, (folder / name).read_bytes())
        if _sha256(coming / name) != digest:
            raise StorageDamaged("the copy cannot be read twice alike")
    if data.root.exists():
        aside.append(data.root.absolute().with_name(f"{data.root.name}.before-{made.made_at[:19].replace(':', '')}"))
    remember_aside(DataFolder(coming), aside)
    if data.root.exists():
        data.root.rename(aside[-1])
    coming.rename(data.root)


def forget_window(vault: Vault, window_id: str, at: str) -> tuple[list[str], list[str]]:
    """Take an erased window out of every copy within reach, its key's wraps too; gives places cleaned and not reached.

    Folders that restores moved aside are copies too. To be called once the window's key is destroyed: a copy of
    kiosk.db is made anew from the one without it.
    """
    cleaned, missed = list[str](), list[str]()
    for medium in media(vault.kiosk_store):
        is_clean = _mark_of(medium.place) == medium.mark and _make_anew(vault, medium.place, window_id, at)
        (cleaned if is_clean else missed).append(f"{medium.place} ({medium.mark[:4]})")
    for place in left_by_restores(vault.folder):
        try:
            forget_aside(vault, place, window_id)
            cleaned.append(str(place))
        except (KioskError, OSError):
            missed.append(str(place))
    return cleaned, missed


def _make_anew(vault: Vault, place: Path, window_id: str, at: str) -> bool:
    """Replace a copy by one without the window; where that fails the window's file goes and all others stay good."""
    try:
        make_backup(vault, place, at)
    except (KioskError, OSError):
        with suppress(KioskError, OSError, ValueError):
            _take_out(_whole(place), f"windows/{window_id}.db")
        return False
    return True


def _take_out(copy: Path, name: str) -> None:
    """One file out of a copy, first from its list."""
    note = json.loads((copy / NOTE).read_text("utf-8"))
    note["files"].pop(name, None)
    _keep(copy / NOTE, json.dumps(note, indent=1).encode())
    remove([copy / name])


def _check_place(data: DataFolder, folder: Path) -> None:
    inside = folder.resolve().is_relative_to(data.root.resolve()) or data.root.resolve().is_relative_to(
        folder.resolve()
    )
    if inside or (folder.exists() and {each.name for each in folder.iterdir()} - {_WHOLE, _COMING, _BEFORE}):
        raise Refused("backup.error_place")


def _copy_windows(vault: Vault, coming: DataFolder, earlier: DataFolder) -> None:
    """Those whose key is in memory; of another the copy made earlier is kept."""
    for window_id in vault.kiosk_store.windows.wrapped_keys():
        target, before = coming.window_db(window_id), earlier.window_db(window_id)
        try:
            vault.window_store(window_id).file.copy_to(target)
        except Locked:
            if before.is_file():
                _keep(target, before.read_bytes())


def _keep(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        as_its_folder(part)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    fsync_path(path.parent)


def _files(folder: Path) -> list[Path]:
    found = [folder / "kiosk.db", *(folder / name for name in _PLAIN_FILES), *sorted((folder / "windows").glob("*.db"))]
    return [path for path in found if path.is_file()]


def _newest(root: Path) -> float:
    paths = [root / "kiosk.db", root / "kiosk.db-wal", *(root / "windows").glob("*.db*")]
    return max((path.stat().st_mtime for path in paths if path.is_file()), default=0.0)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
