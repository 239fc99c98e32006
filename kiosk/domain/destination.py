"""Where a batch may be handed over: destinations of destinations.toml, each by its name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.domain.errors import BatchError

LONGEST_WAIT = 60.0
_HOST_KEY = re.compile(r"(ssh-ed25519|ecdsa-sha2-nistp256|rsa-sha2-512|ssh-rsa) [A-Za-z0-9+/]+={0,2}")
_ENDPOINT = re.compile(r"https://[^/\s]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class UsbDestination:
    """A registered USB medium: its serials as the device tells them, the folder on it, what it is for."""

    name: str
    serials: tuple[str, ...]
    folder: str
    purpose: str
    acknowledgements: str

    @property
    def medium(self) -> str:
        """What the ledger calls it."""
        return f"usb {' '.join(self.serials)}"


@dataclass(frozen=True, slots=True)
class SftpDestination:
    """A folder on an SSH server whose host key is pinned; the kiosk signs in with its own key, never a password."""

    name: str
    host: str
    port: int
    user: str
    host_key: str
    folder: str
    purpose: str
    acknowledgements: str

    @property
    def medium(self) -> str:
        """What the ledger calls it."""
        return f"sftp {self.user}@{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class S3Destination:
    """A prefix in a bucket of an S3-compatible store; its credentials are kept in kiosk.db or in ``credentials``."""

    name: str
    endpoint: str
    bucket: str
    region: str
    folder: str
    purpose: str
    acknowledgements: str
    credentials: str

    @property
    def medium(self) -> str:
        """What the ledger calls it."""
        return f"s3 {self.endpoint}/{self.bucket}"


Destination = UsbDestination | SftpDestination | S3Destination
KINDS = ("usb", "sftp", "s3")


def destination_names(rules: Mapping[str, Any]) -> list[str]:
    """The registered names, in the order of the file."""
    return [str(name) for kind in KINDS for name in _table(rules, kind)]


def destination(rules: Mapping[str, Any], name: str) -> Destination:
    """The destination of that name; raises BatchError ``no_such_destination`` or ``bad_destination``."""
    makers: dict[str, Callable[[str, Mapping[str, Any]], Destination]] = {"usb": _usb, "sftp": _sftp, "s3": _s3}
    for kind, make in makers.items():
        if name in _table(rules, kind):
            return make(name, _table(_table(rules, kind), name))
    raise BatchError("no_such_destination")


def _table(rules: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A table of the rules, empty when it is not there; raises BatchError ``bad_destination`` for anything else."""
    found = rules.get(name, {})
    if not isinstance(found, Mapping):
        raise BatchError("bad_destination")
    return found


def _usb(name: str, found: Mapping[str, Any]) -> UsbDestination:
    serials = found.get("serials")
    if not isinstance(serials, list) or not serials:
        raise BatchError("bad_destination")
    if not all(isinstance(each, str) and each.strip() for each in serials):
        raise BatchError("bad_destination")
    return UsbDestination(name, tuple(serials), **_places(found))


def _sftp(name: str, found: Mapping[str, Any]) -> SftpDestination:
    port, host_key = found.get("port", 22), _text(found, "host_key")
    if type(port) is not int or not 0 < port < 65536 or not _HOST_KEY.fullmatch(host_key):
        raise BatchError("bad_destination")
    return SftpDestination(name, _text(found, "host"), port, _text(found, "user"), host_key, **_places(found))


def _s3(name: str, found: Mapping[str, Any]) -> S3Destination:
    endpoint, bucket = _text(found, "endpoint"), _text(found, "bucket")
    if not _ENDPOINT.fullmatch(endpoint) or not _BUCKET.fullmatch(bucket):
        raise BatchError("bad_destination")
    region, credentials = str(found.get("region", "us-east-1")), str(found.get("credentials", ""))
    return S3Destination(name, endpoint, bucket, region, **_places(found), credentials=credentials)


def _places(found: Mapping[str, Any]) -> dict[str, str]:
    """Where batches go, what for, and where the office lays its answers; folders stay below where they begin."""
    folder = found.get("folder", "")
    answers = found.get("acknowledgements", folder)
    for each in (folder, answers):
        if not isinstance(each, str) or each.startswith("/") or ".." in each.split("/"):
            raise BatchError("bad_destination")
    return {"folder": folder, "purpose": str(found.get("purpose", "office")), "acknowledgements": answers}


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BatchError("bad_destination")
    return value.strip()


def waits(tries: int) -> list[float]:
    """Seconds to wait after each failed try: 1, 2, 4 … up to a minute; one less than the tries."""
    return [min(2.0**number, LONGEST_WAIT) for number in range(tries - 1)]
