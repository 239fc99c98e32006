"""The office's answer for one batch it has taken in, signed with the office's own key."""

import os
import secrets
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.batch_file import acknowledgement, manifest
from kiosk.batch_file.reader import Checked
from kiosk.domain.acknowledgement import SUFFIX, Acknowledgement
from kiosk.domain.batch import file_name
from kiosk.domain.errors import BatchError
from kiosk.store.fsync import fsync_path


def acknowledge(checked: Checked, office: Ed25519PrivateKey, received_at: datetime, folder: Path) -> Path:
    """Write the acknowledgement of a batch that was read whole with the identity, and give its path.

    Call it when everything of the batch is stored for good. Called again for the same batch, the first file stays.
    Raises BatchError ``not_read_whole`` for a batch checked from the outside only, OSError when it cannot be written.
    """
    found = _about(checked, office, received_at)
    path = _free_path(checked, folder)
    if not _is_there(path, found):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, acknowledgement.to_bytes(found, office))
    return path


def signed(checked: Checked, office: Ed25519PrivateKey, received_at: datetime) -> bytes:
    """The acknowledgement's bytes, to be kept where the batch is; raises BatchError ``not_read_whole``."""
    return acknowledgement.to_bytes(_about(checked, office, received_at), office)


def lay(checked: Checked, data: bytes, folder: Path) -> Path:
    """Write the kept bytes of an acknowledgement into a folder, unless just these lie there; gives the path."""
    path = _free_path(checked, folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != data:
        _write(path, data)
    return path


def file_name_of(checked: Checked) -> str:
    """The acknowledgement's file name: the batch's with ``.ack`` in place of ``.mab``."""
    return _stem(checked) + SUFFIX


def _free_path(checked: Checked, folder: Path) -> Path:
    """Where its acknowledgement goes: beside another batch's of the same name, never over it.

    Two kiosks, or one that was set up anew, can give two batches one name; then the hash tells them apart.
    """
    path = folder / file_name_of(checked)
    try:
        there = acknowledgement.from_bytes(path.read_bytes()).batch_sha256
    except (OSError, BatchError):
        return path
    return path if there == checked.sha256 else path.with_stem(f"{path.stem}-{checked.sha256[:8]}")


def _about(checked: Checked, office: Ed25519PrivateKey, received_at: datetime) -> Acknowledgement:
    inside = checked.manifest
    if inside is None:
        raise BatchError("not_read_whole")
    return Acknowledgement(
        batch_id=inside.batch_id,
        batch_sha256=checked.sha256,
        manifest_sha256=sha256(manifest.to_bytes(inside)).hexdigest(),
        rehearsal=inside.rehearsal,
        window=str(inside.window.get("id", "")),
        seq=inside.seq,
        counts=inside.counts,
        received_at=received_at.isoformat(timespec="seconds"),
        office_key=manifest.public_text(office.public_key()),
    )


def _stem(checked: Checked) -> str:
    inside = checked.manifest
    assert inside is not None  # noqa: S101 - _about has refused it before
    about = inside.window
    name = file_name(
        str(about.get("municipality", "")), str(about.get("id", "")), inside.seq, rehearsal=inside.rehearsal
    )
    return Path(name).stem


def _is_there(path: Path, wanted: Acknowledgement) -> bool:
    try:
        found = acknowledgement.from_bytes(path.read_bytes())
    except (FileNotFoundError, BatchError):
        return False
    return (found.batch_sha256, found.office_key) == (wanted.batch_sha256, wanted.office_key)


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    fsync_path(path.parent)
