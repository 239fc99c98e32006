"""An S3-compatible store as destination, through boto3. Only this module knows it; its errors become ours here."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from kiosk.domain.destination import S3Destination
from kiosk.domain.errors import BatchError, StorageFull
from kiosk.store.carrier_keys import S3Credentials
from kiosk.store.medium import Told

MOST_BYTES = 5 * 1024**3
"""What one put may carry."""
_BLOCK = 1 << 20
_TAKEN = frozenset({"PreconditionFailed", "412"})
_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
_REFUSED = frozenset({"AccessDenied", "403", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch"})
_WRONG = frozenset({"NoSuchBucket", "InvalidBucketName", "PermanentRedirect", "AuthorizationHeaderMalformed"})
_PATIENCE = Config(
    connect_timeout=10, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 1},
    s3={"addressing_style": "path"}, proxies={},
)  # fmt: skip


class S3Medium:
    """One bucket and a prefix in it."""

    def __init__(self, to: S3Destination, credentials: S3Credentials) -> None:
        self._to = to
        self._client = boto3.client(
            "s3", endpoint_url=to.endpoint, region_name=to.region, config=_PATIENCE,
            aws_access_key_id=credentials.key_id, aws_secret_access_key=credentials.secret,
        )  # fmt: skip

    def put(self, source: Path, sha256: str, told: Told) -> bool:
        """See Medium. One put, if absent and with its SHA-256, so that the store holds all of it or nothing."""
        key = _key(self._to.folder, source.name)
        if source.stat().st_size > MOST_BYTES:
            raise BatchError("too_large")
        with _ours():
            is_new = self._put_if_absent(key, source, sha256, told)
            if self._hash(key) != sha256:
                if is_new:
                    self._client.delete_object(Bucket=self._to.bucket, Key=key)
                raise BatchError("medium_differs" if is_new else "file_exists")
        return is_new

    def answer(self, name: str, most: int) -> bytes | None:
        """See Medium."""
        key = _key(self._to.acknowledgements, name)
        with _ours():
            try:
                return bytes(self._client.get_object(Bucket=self._to.bucket, Key=key)["Body"].read(most))
            except ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise

    def _put_if_absent(self, key: str, source: Path, sha256: str, told: Told) -> bool:
        checksum = b64encode(bytes.fromhex(sha256)).decode()
        with source.open("rb") as file:
            body: Any = _Watched(file, told)
            try:
                self._client.put_object(
                    Bucket=self._to.bucket, Key=key, Body=body, IfNoneMatch="*", ChecksumSHA256=checksum
                )
            except ClientError as error:
                if _code(error) in _TAKEN:
                    return False
                raise
        return True

    def _hash(self, key: str) -> str:
        seen = hashlib.sha256()
        for block in self._client.get_object(Bucket=self._to.bucket, Key=key)["Body"].iter_chunks(_BLOCK):
            seen.update(block)
        return seen.hexdigest()


class _Watched:
    """A file to send that tells how far it was read."""

    def __init__(self, file: BinaryIO, told: Told) -> None:
        self._file, self._told = file, told

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._told(self._file.tell())
        return block

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


@contextmanager
def _ours() -> Iterator[None]:
    """boto3's errors as ours: what a wait cannot mend is named, everything else is an OSError to try again."""
    try:
        yield
    except ClientError as error:
        code = _code(error)
        if code in _REFUSED:
            raise BatchError("server_refuses") from None
        if code in _WRONG:
            raise BatchError("bad_destination") from None
        if code in ("InsufficientStorage", "QuotaExceeded", "507"):
            raise StorageFull("no room at the destination") from None
        raise ConnectionError(f"the store answered {code}") from None
    except BotoCoreError as error:
        raise ConnectionError(type(error).__name__) from None


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _key(folder: str, name: str) -> str:
    return f"{folder.strip('/')}/{name}" if folder.strip("/") else name
