"""Where photos and waiting batch files are kept: an S3-compatible store or a folder, put once and never overwritten."""

import re
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from kiosk.domain.errors import Refused

_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
"""What S3 clients take as a bucket's name."""


class ObjectStore(Protocol):
    """Objects by key; every ``put`` is if-absent and has compared what is stored with what was given.

    All raise Unreachable when the store does not answer, BatchError ``stored_differs`` when another object has the key.
    """

    def put(self, key: str, data: bytes, sha256: str) -> bool:
        """Store ``data``; True when it was put now, False when the very same was there before."""

    def put_file(self, key: str, path: Path, sha256: str) -> bool:
        """The same for a file of any size, streamed."""

    def get(self, key: str) -> bytes:
        """A whole object; raises NotFound."""

    def get_file(self, key: str, path: Path) -> None:
        """A whole object into a new file, streamed; raises NotFound."""

    def keys(self, prefix: str) -> list[str]:
        """All keys that begin so, sorted."""

    def delete(self, key: str) -> None:
        """Forget an object; nothing happens when it is not there."""

    def forget(self, key: str) -> None:
        """Delete an object and whatever else a put of it may have left, a put that was cut off too."""

    def settle(self) -> None:
        """Return when everything put so far survives a power cut."""


def photo_key(batch_sha256: str, name: str) -> str:
    """Where a photo (``photos/<uid>.jpg``) of that file lies: what is under this name can only ever be one picture."""
    return f"{batch_sha256}/{name}"


def open_store(url: str) -> ObjectStore:
    """The store of ``s3://bucket/prefix?endpoint=https://…&region=…`` or ``file:///folder``; raises Refused otherwise.

    Credentials of S3 come from the environment or the files every S3 client reads, never from the URL.
    """
    if folder := folder_of(url):
        from kiosk.office.folder_store import FolderStore

        return FolderStore(folder)
    parts = _parts(url)
    given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme == "s3" and _BUCKET.fullmatch(parts.netloc) and set(given) <= {"endpoint", "region"}:
        from kiosk.office.s3_store import S3Store

        try:
            return S3Store(parts.netloc, parts.path.strip("/"), given.get("endpoint"), given.get("region"))
        except ValueError:  # no endpoint or region could be called so
            raise Refused("office.error_store_url") from None
    raise Refused("office.error_store_url")


def folder_of(url: str) -> Path | None:
    """The folder of ``file:///folder``, None for any other address; raises Refused for what is no address."""
    parts = _parts(url)
    path = unquote(parts.path, errors="surrogateescape")
    if parts.scheme != "file" or parts.netloc or not path.startswith("/"):
        return None
    if "\0" in path:
        raise Refused("office.error_store_url")
    return Path(path)


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise Refused("office.error_store_url") from None
