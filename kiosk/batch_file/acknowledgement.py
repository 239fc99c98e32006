"""The acknowledgement's bytes: canonical JSON (RFC 8785) that carries its own Ed25519 signature by the office."""

import base64
import binascii
import json
import re
from datetime import datetime
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.batch_file.manifest import check_signature, sign
from kiosk.domain.acknowledgement import FORMAT, VERSION, Acknowledgement
from kiosk.domain.errors import BatchError

MOST_BYTES = 64 * 1024
_CONTEXT = b"madoguchi-mab acknowledgement 1\n"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FIELDS = {
    "batch_id": str,
    "batch_sha256": str,
    "manifest_sha256": str,
    "rehearsal": bool,
    "window": str,
    "seq": int,
    "counts": dict,
    "received_at": str,
    "office_key": str,
}


def to_bytes(acknowledgement: Acknowledgement, office: Ed25519PrivateKey) -> bytes:
    """The signed file: the object with ``signature`` added, as RFC 8785 canonical JSON without a newline at its end."""
    unsigned = acknowledgement.as_object()
    signature = sign(office, _CONTEXT + rfc8785.dumps(unsigned))
    return rfc8785.dumps({**unsigned, "signature": base64.b64encode(signature).decode()})


def from_bytes(data: bytes) -> Acknowledgement:
    """The acknowledgement, its signature checked against the key it names; whether that key is known is another matter.

    Raises BatchError ``not_an_acknowledgement``, ``ack_newer_format`` or ``ack_altered``.
    """
    found = _parsed(data)
    values: dict[str, Any] = {name: found.get(name) for name in _FIELDS}
    if set(found) != {*_FIELDS, "format", "version", "signature"} or not _is_well_formed(values):
        raise BatchError("ack_altered")
    acknowledgement = Acknowledgement(**values)
    try:
        signature = base64.b64decode(found["signature"], validate=True)
        check_signature(acknowledgement.office_key, signature, _CONTEXT + rfc8785.dumps(acknowledgement.as_object()))
    except (BatchError, ValueError, TypeError, binascii.Error):
        raise BatchError("ack_altered") from None
    if base64.b64encode(signature).decode() != found["signature"]:  # base64 leaves four bits free at the end
        raise BatchError("ack_altered")
    return acknowledgement


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data[: MOST_BYTES + 1])
        canonical = rfc8785.dumps(found)
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        raise BatchError("not_an_acknowledgement") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BatchError("not_an_acknowledgement")
    version = found.get("version")
    if type(version) is int and version > VERSION:
        raise BatchError("ack_newer_format")
    if version != VERSION or type(version) is not int or canonical != data:
        raise BatchError("ack_altered")
    return found


def _is_well_formed(values: dict[str, Any]) -> bool:
    if any(type(values[name]) is not kind for name, kind in _FIELDS.items()):
        return False
    hashes = all(_SHA256.fullmatch(values[name]) for name in ("batch_sha256", "manifest_sha256"))
    return hashes and all(type(many) is int for many in values["counts"].values()) and _is_time(values["received_at"])


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        return False
