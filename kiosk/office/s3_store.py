"""Objects in an S3-compatible store, through boto3. Only this module knows it; its errors become ours here."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from kiosk.domain.errors import BatchError, NotFound, Unreachable

_BLOCK = 1 << 20
_TAKEN = frozenset({"PreconditionFailed", "412"})
_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})


class S3Store:
    """One bucket and a prefix in it; used by several threads at once, as boto3's clients may be."""

    def __init__(
        self, bucket: str, prefix: str, endpoint: str | None = None, region: str | None = None, lanes: int = 16
    ) -> None:
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        patience = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 4},
            max_pool_connections=lanes,
            s3={"addressing_style": "path" if endpoint else "auto"},
        )
        region = region or ("us-east-1" if endpoint else None)
        self._client = boto3.client("s3", endpoint_url=endpoint, region_name=region, config=patience)

    def put(self, key: str, data: bytes, sha256: str) -> bool:
        """See ObjectStore."""
        return self._put(key, data, sha256, hashlib.md5(data, usedforsecurity=False).hexdigest())

    def put_file(self, key: str, path: Path, sha256: str) -> bool:
        """See ObjectStore; one request, so at most the 5 GiB of a single S3 put."""
        with path.open("rb") as file:
            md5 = hashlib.file_digest(file, _plain_md5).hexdigest()
            file.seek(0)
            return self._put(key, file, sha256, md5)

    def _put(self, key: str, body: bytes | IO[bytes], sha256: str, md5: str) -> bool:
        checksum = b64encode(bytes.fromhex(sha256)).decode()
        is_new, found = True, {}
        with _ours():
            try:
                found = dict(
                    self._client.put_object(
                        Bucket=self._bucket, Key=self._key(key), Body=body, IfNoneMatch="*", ChecksumSHA256=checksum
                    )
                )
            except ClientError as error:
                if _code(error) not in _TAKEN:
                    raise
                is_new = False
                found = dict(self._client.head_object(Bucket=self._bucket, Key=self._key(key), ChecksumMode="ENABLED"))
        if not self._is_same(key, found, sha256, md5):
            raise BatchError("stored_differs")
        return is_new

    def _is_same(self, key: str, found: Mapping[str, Any], sha256: str, md5: str) -> bool:
        """By the server's SHA-256, by its ETag where that is the MD5, else by reading the object back."""
        if found.get("ChecksumSHA256") == b64encode(bytes.fromhex(sha256)).decode():
            return True
        if str(found.get("ETag", "")).strip('"') == md5:
            return True
        return self._hash(key) == sha256

    def _hash(self, key: str) -> str:
        seen = hashlib.sha256()
        for block in self._blocks(key):
            seen.update(block)
        return seen.hexdigest()

    def get(self, key: str) -> bytes:
        """See ObjectStore."""
        return b"".join(self._blocks(key))

    def get_file(self, key: str, path: Path) -> None:
        """See ObjectStore."""
        with path.open("wb") as file:
            for block in self._blocks(key):
                file.write(block)

    def _blocks(self, key: str) -> Iterator[bytes]:
        with _ours():
            body = self._client.get_object(Bucket=self._bucket, Key=self._key(key))["Body"]
            yield from body.iter_chunks(_BLOCK)

    def keys(self, prefix: str) -> list[str]:
        """See ObjectStore."""
        with _ours():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._key(prefix)
            )
            found = [each["Key"] for page in pages for each in page.get("Contents", [])]
        return sorted(key.removeprefix(self._prefix) for key in found)

    def delete(self, key: str) -> None:
        """See ObjectStore."""
        with _ours():
            self._client.delete_object(Bucket=self._bucket, Key=self._key(key))

    def forget(self, key: str) -> None:
        """See ObjectStore; a put that was cut off leaves nothing here."""
        self.delete(key)

    def settle(self) -> None:
        """Nothing to do: a put that was answered is the store's to keep."""

    def _key(self, key: str) -> str:
        return self._prefix + key


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if _code(error) in _MISSING:
            raise NotFound("no such object") from None
        raise Unreachable("store", _code(error)) from None
    except (BotoCoreError, OSError) as error:
        raise Unreachable("store", type(error).__name__) from None


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _plain_md5() -> Any:
    return hashlib.md5(usedforsecurity=False)
