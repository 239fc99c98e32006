"""Objects as files of one folder, for an office without an object store: written beside, fsynced, linked into place."""

import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest
from pathlib import Path

from kiosk.domain.errors import BatchError, NotFound, Unreachable


class FolderStore:
    """A folder, also one that several machines mount."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._touched: set[Path] = set()
        self._noting, self._settling = threading.Lock(), threading.Lock()

    def put(self, key: str, data: bytes, sha256: str) -> bool:
        """See ObjectStore."""
        with _ours(), self._beside(key) as part:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            return self._into_place(part, key, sha256)

    def put_file(self, key: str, path: Path, sha256: str) -> bool:
        """See ObjectStore."""
        with _ours(), self._beside(key) as part:
            shutil.copyfile(path, part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            return self._into_place(part, key, sha256)

    def get(self, key: str) -> bytes:
        """See ObjectStore."""
        with _ours(), _named():
            return (self._root / key).read_bytes()

    def get_file(self, key: str, path: Path) -> None:
        """See ObjectStore."""
        with _ours(), _named():
            shutil.copyfile(self._root / key, path)

    def keys(self, prefix: str) -> list[str]:
        """See ObjectStore."""
        found = (str(each.relative_to(self._root)) for each in self._root.rglob("*") if each.is_file())
        return sorted(key for key in found if key.startswith(prefix) and "/." not in f"/{key}")

    def delete(self, key: str) -> None:
        """See ObjectStore."""
        with _ours():
            (self._root / key).unlink(missing_ok=True)

    def forget(self, key: str) -> None:
        """See ObjectStore; a folder that is empty then goes too."""
        target = self._root / key
        with _ours():
            for each in (target, *target.parent.glob(f".{target.name}.*")):
                each.unlink(missing_ok=True)
        with suppress(OSError):  # not empty yet, or gone already
            for folder in target.parents:
                if self._root not in folder.parents:
                    return
                folder.rmdir()

    def settle(self) -> None:
        """Fsync the folders written to, so that the names last as well.

        Jobs side by side share this store: one takes the folders it will see to, and while it does another waits.
        """
        with self._settling, _ours():
            with self._noting:
                taken, self._touched = self._touched, set()
            try:
                for folder in {above for each in taken for above in (each, *each.parents)}:
                    if folder == self._root or self._root in folder.parents:
                        _sync_folder(folder)
            except BaseException:
                with self._noting:
                    self._touched |= taken
                raise

    @contextmanager
    def _beside(self, key: str) -> Iterator[Path]:
        target = self._root / key
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)

    def _into_place(self, part: Path, key: str, sha256: str) -> bool:
        """Link the part to its name unless that is taken, then read back what lies there."""
        target, is_new = self._root / key, True
        try:
            os.link(part, target)
        except FileExistsError:
            is_new = False
        with self._noting:
            self._touched.add(target.parent)
        with target.open("rb") as file:
            if file_digest(file, "sha256").hexdigest() != sha256:
                raise BatchError("stored_differs")
        return is_new


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unreachable("store", os.strerror(error.errno or 0)) from None


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound("no such object") from None


def _sync_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:  # all in it was forgotten since
        return
    try:
        with suppress(OSError):  # some network file systems know no fsync of a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
