"""Key files named on the command line: the municipality's identity, the office's signing key, devices' public keys."""

import os
from collections.abc import Iterable
from pathlib import Path

import click
import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.batch_file.manifest import public_key
from kiosk.commands.answer import shown, words
from kiosk.commands.folders import NamedPath
from kiosk.domain.errors import BatchError, StorageDamaged
from kiosk.store.signing_key import read_key
from kiosk.store.wraps import read_identity, read_recipients

FILE = NamedPath(readable=False, path_type=Path)
GIVEN = click.Path(readable=False)
"""A file whose name is said again exactly as it was given; whether it can be read is found out one by one."""
_BESIDE = ("signing-key.pem", "rehearsal-signing-key.pem", "rehearsal-office.pem")


def identities_in(path: Path | None) -> list[pyrage.x25519.Identity]:
    """Every age identity of a file, none without a file; raises UsageError."""
    if path is None:
        return []
    try:
        text = path.read_text("utf-8")
        return [read_identity(line) for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-1")] or [
            read_identity(text)
        ]
    except (OSError, UnicodeError, StorageDamaged) as error:
        raise _unusable(path, error, "batch.error_identity") from None


def recipients_in(path: Path) -> str:
    """The text of a recipient file, which names one recipient at least; raises UsageError."""
    try:
        text = path.read_text("utf-8")
        if not read_recipients(text):
            raise StorageDamaged("there is no recipient in it")
    except (OSError, UnicodeError, StorageDamaged) as error:
        raise _unusable(path, error, "staff.error_no_recipient") from None
    return text


def signing_key_in(path: Path) -> Ed25519PrivateKey:
    """The office's signing key; raises UsageError."""
    try:
        return read_key(path.read_text("ascii"))
    except (OSError, UnicodeError, StorageDamaged) as error:
        raise _unusable(path, error, "batch.error_signing_key") from None


def signing_key_beside(identity: Path) -> Ed25519PrivateKey:
    """The signing key ``kiosk keys new`` or a practice kiosk laid beside an identity; raises UsageError."""
    practice = identity.name.startswith("rehearsal-")
    for name in _BESIDE:
        if name.startswith("rehearsal-") is practice and (identity.parent / name).is_file():
            return signing_key_in(identity.parent / name)
    raise click.UsageError("no signing key lies beside the identity: give --signing-key")


def device_key(given: str) -> str:
    """A device's public key, given as such or as a file that holds it; raises UsageError."""
    try:
        text = Path(given).read_text("ascii") if os.path.isfile(given) else given  # noqa: PTH113 - also no path at all
        public_key(text.strip())
    except (OSError, UnicodeError, BatchError):
        raise click.UsageError(f"{shown(given)}: neither a device's public key nor a file that holds one") from None
    return text.strip()


def device_keys(given: Iterable[str]) -> tuple[str, ...]:
    """Several of them; a folder stands for every ``.pub`` file in it, and has at least one. Raises UsageError."""
    every: list[str] = []
    for each in given:
        every += _keys_in(Path(each)) if os.path.isdir(each) else [each]  # noqa: PTH112 - maybe no path at all
    return tuple(map(device_key, every))


def _keys_in(folder: Path) -> list[str]:
    found = sorted(map(str, folder.glob("*.pub")))
    if not found:
        raise click.UsageError(f"--device-key: there is no .pub file in the folder {folder}")
    return found


def _unusable(path: Path, error: Exception, key: str) -> click.UsageError:
    """Which file it is and why it cannot be used: it cannot be read, or holds something else."""
    why = os.strerror(error.errno or 0) if isinstance(error, OSError) else ""
    return click.UsageError(f"{shown(str(path))}: {words(key)}{f' ({why})' if why else ''}")
