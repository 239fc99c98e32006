"""The manifest's bytes: canonical JSON (RFC 8785), signed by the device with Ed25519."""

import base64
import binascii
import json
import re
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
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FIELDS = {
    "batch_id": str,
    "rehearsal": bool,
    "window": dict,
    "seq": int,
    "supersedes": list,
    "sealed_at": str,
    "sealed_by": list,
    "counts": dict,
    "balance": dict,
    "profile": str,
    "members": list,
    "audit_head": str,
    "software": str,
    "device_key": str,
}


def to_bytes(manifest: Manifest) -> bytes:
    """The manifest as RFC 8785 canonical JSON, UTF-8, no newline at its end."""
    return rfc8785.dumps(manifest.as_object())


def from_bytes(data: bytes) -> Manifest:
    """The manifest read strictly; raises BatchError ``not_a_batch``, ``newer_format`` or ``altered``."""
    try:
        found = json.loads(data)
        canonical = rfc8785.dumps(found)
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        raise BatchError("altered") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BatchError("not_a_batch")
    _check_version(found.get("version"))
    if canonical != data or set(found) != {*_FIELDS, "format", "version"}:
        raise BatchError("altered")
    if any(type(found[name]) is not kind for name, kind in _FIELDS.items()):
        raise BatchError("altered")
    return _build(found)


def _check_version(version: Any) -> None:
    if type(version) is not int or version < 1:
        raise BatchError("altered")
    if version > VERSION:
        raise BatchError("newer_format")


def _build(found: dict[str, Any]) -> Manifest:
    members = tuple(map(_member, found["members"]))
    counts = found["counts"]
    if len({each.name for each in members}) != len(members) or any(type(n) is not int for n in counts.values()):
        raise BatchError("altered")
    values = {name: found[name] for name in _FIELDS}
    values.update(
        members=members, supersedes=tuple(map(_superseded, found["supersedes"])), sealed_by=tuple(found["sealed_by"])
    )
    return Manifest(**values)


def _superseded(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or set(entry) != {"batch_id", "seq", "replaced", "withdrawn"}:
        raise BatchError("altered")
    uids = [entry["replaced"], entry["withdrawn"]]
    if any(not isinstance(each, list) or any(not isinstance(uid, str) for uid in each) for each in uids):
        raise BatchError("altered")
    if type(entry["seq"]) is not int or not isinstance(entry["batch_id"], str):
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
