"""The manifest's bytes: canonical JSON (RFC 8785), signed by the device with Ed25519."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.domain.batch import FORMAT, VERSION, Manifest, Member
from kiosk.domain.errors import BatchError

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
SIGNATURE_BYTES = 64
MOST_BYTES = 32 * 1024 * 1024
"""A manifest larger than this is refused before it is held in memory; 10,000 members take about 1.5 MB."""
MEMBER_NAME = re.compile(
    r"applications\.csv|applications\.jsonl|applications\.cp932\.csv|cp932-report\.csv|photos/[a-z0-9]{1,64}\.jpg"
)
TABLE, ROWS, NARROW, REPORT = "applications.csv", "applications.jsonl", "applications.cp932.csv", "cp932-report.csv"
_TABLES = ([TABLE, ROWS], [TABLE, ROWS, NARROW, REPORT])
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BATCH_ID = re.compile(r"[0-9a-f]{32}")
_WINDOW = {"id", "municipality", "company", "place", "held_on"}
_COUNTS = {"applications", "photos", "under_1", "paper_form", "photo_missing", "out_of_city"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = 2**31 - 1
"""The greatest number anything is counted by."""
_LONGEST_TEXT = 200
"""What the kiosk lets a window's texts have; they are indexed at the office."""


def is_text(value: Any) -> bool:
    """Text without U+0000, which no table can hold."""
    return isinstance(value, str) and "\0" not in value


def is_number(value: Any) -> bool:
    """A whole number from 0 to 2147483647."""
    return type(value) is int and 0 <= value <= _MOST


def is_batch_id(value: Any) -> bool:
    """32 hexadecimal digits."""
    return isinstance(value, str) and _BATCH_ID.fullmatch(value) is not None


def _is_window(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != _WINDOW or not all(map(is_text, value.values())):
        return False
    return bool(value["id"]) and all(len(text) <= _LONGEST_TEXT for text in value.values())


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def seconds(manifest: Manifest) -> int:
    """``sealed_at`` as every header of the archive has it: whole seconds since 1970, the fraction cut off."""
    return (datetime.fromisoformat(manifest.sealed_at) - _EPOCH) // timedelta(seconds=1)


def _is_counts(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == _COUNTS and all(map(is_number, value.values()))


_FIELDS: dict[str, Callable[[Any], bool]] = {
    "batch_id": is_batch_id,
    "rehearsal": lambda value: isinstance(value, bool),
    "window": _is_window,
    "seq": lambda value: is_number(value) and value >= 1,
    "supersedes": lambda value: isinstance(value, list),
    "sealed_at": _is_time,
    "sealed_by": lambda value: isinstance(value, list) and all(map(is_text, value)),
    "counts": _is_counts,
    "balance": lambda value: isinstance(value, dict) and set(value) == {"differences", "reason"},
    "profile": is_text,
    "members": lambda value: isinstance(value, list),
    "audit_head": lambda value: isinstance(value, str) and _SHA256.fullmatch(value) is not None,
    "software": is_text,
    "device_key": is_text,
}


def to_bytes(manifest: Manifest) -> bytes:
    """The manifest as RFC 8785 canonical JSON, UTF-8, no newline at its end."""
    return rfc8785.dumps(manifest.as_object())


def from_bytes(data: bytes) -> Manifest:
    """The manifest read strictly; raises BatchError ``not_a_batch``, ``newer_format`` or ``altered``."""
    try:
        found = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise BatchError("altered") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BatchError("not_a_batch")
    _check_version(found.get("version"))
    if not _is_canonical(found, data) or set(found) != {*_FIELDS, "format", "version"}:
        raise BatchError("altered")
    if not all(fits(found[name]) for name, fits in _FIELDS.items()):
        raise BatchError("altered")
    return _build(found)


def _check_version(version: Any) -> None:
    if type(version) is not int or version < 1:
        raise BatchError("altered")
    if version > VERSION:
        raise BatchError("newer_format")


def _is_canonical(found: dict[str, Any], data: bytes) -> bool:
    try:
        return rfc8785.dumps(found) == data
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        return False


def _build(found: dict[str, Any]) -> Manifest:
    members = tuple(map(_member, found["members"]))
    supersedes = tuple(_superseded(each, found["seq"]) for each in found["supersedes"])
    if not _in_order([each.name for each in members]) or not _rises([each["seq"] for each in supersedes]):
        raise BatchError("altered")
    values = {name: found[name] for name in _FIELDS}
    values.update(members=members, supersedes=supersedes, sealed_by=tuple(found["sealed_by"]))
    return Manifest(**values)


def _in_order(names: list[str]) -> bool:
    """Tables first, in one of the two ways there are, then photos only; no name twice."""
    tables = [name for name in names if not name.startswith("photos/")]
    return tables in _TABLES and names[: len(tables)] == tables and len(set(names)) == len(names)


def _rises(values: list[Any]) -> bool:
    return values == sorted(set(values))


def _superseded(entry: Any, seq: int) -> dict[str, Any]:
    if not isinstance(entry, dict) or set(entry) != {"batch_id", "seq", "replaced", "withdrawn"}:
        raise BatchError("altered")
    uids = [entry["replaced"], entry["withdrawn"]]
    if any(not isinstance(each, list) or not all(map(is_text, each)) or not _rises(each) for each in uids):
        raise BatchError("altered")
    if set(entry["replaced"]) & set(entry["withdrawn"]):
        raise BatchError("altered")
    if not is_number(entry["seq"]) or not 1 <= entry["seq"] < seq or not is_batch_id(entry["batch_id"] or "0" * 32):
        raise BatchError("altered")
    return entry


def _member(entry: Any) -> Member:
    if not isinstance(entry, dict) or set(entry) != {"name", "size", "sha256"}:
        raise BatchError("altered")
    name, size, sha256 = entry["name"], entry["size"], entry["sha256"]
    if not isinstance(name, str) or not MEMBER_NAME.fullmatch(name):
        raise BatchError("altered")
    if type(size) is not int or size < 0 or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise BatchError("altered")
    return Member(name, size, sha256)


def public_text(key: Ed25519PublicKey) -> str:
    """A device's public key as 44 characters of base64, as in the manifest and on the registration slip."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def public_key(text: str) -> Ed25519PublicKey:
    """The inverse of ``public_text``; raises BatchError ``altered`` for anything else."""
    try:
        raw = base64.b64decode(text, validate=True)
        key = Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, binascii.Error):
        raise BatchError("altered") from None
    if public_text(key) != text:
        raise BatchError("altered")
    return key


def sign(key: Ed25519PrivateKey, data: bytes) -> bytes:
    """The device's 64-byte signature over exactly these bytes."""
    return key.sign(data)


def check_signature(public: str, signature: bytes, data: bytes) -> None:
    """Raise BatchError ``altered`` unless ``signature`` is that device's over exactly these bytes."""
    try:
        public_key(public).verify(signature, data)
    except InvalidSignature:
        raise BatchError("altered") from None
