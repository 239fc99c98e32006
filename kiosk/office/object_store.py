"""Where photos and waiting batch files are kept: an S3-compatible store or a folder, put once and never overwritten."""

from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from kiosk.domain.errors import Refused


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
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        from kiosk.office.folder_store import FolderStore

        return FolderStore(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc and "@" not in parts.netloc:
        from kiosk.office.s3_store import S3Store

        given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if set(given) <= {"endpoint", "region"}:
            return S3Store(parts.netloc, parts.path.strip("/"), given.get("endpoint"), given.get("region"))
    raise Refused("office.error_store_url")
