"""The folder in place of an object store: what was put survives a power cut once settled."""

import threading
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.domain.errors import NotFound, Unreachable
from kiosk.office import folder_store
from kiosk.office.folder_store import FolderStore


def test_one_jobs_settling_left_the_others_folder_unsynced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first job cleared the list while the second had just added its folder to it."""
    store, synced, busy, go_on = FolderStore(tmp_path), [], threading.Event(), threading.Event()

    def slow_sync(folder: Path) -> None:
        synced.append(folder)
        busy.set()
        assert go_on.wait(10)

    monkeypatch.setattr(folder_store, "_sync_folder", slow_sync)
    store.put("a/1", b"1", sha256(b"1").hexdigest())
    first = threading.Thread(target=store.settle)
    first.start()
    assert busy.wait(10)
    store.put("b/2", b"2", sha256(b"2").hexdigest())
    go_on.set()
    first.join()
    store.settle()
    assert {tmp_path / "a", tmp_path / "b", tmp_path} <= set(synced)


def test_a_settling_that_failed_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, synced = FolderStore(tmp_path), []

    def broken(folder: Path) -> None:
        raise OSError(5, folder.name)

    store.put("a/1", b"1", sha256(b"1").hexdigest())
    monkeypatch.setattr(folder_store, "_sync_folder", broken)
    with pytest.raises(Unreachable):
        store.settle()
    monkeypatch.setattr(folder_store, "_sync_folder", synced.append)
    store.settle()
    assert tmp_path / "a" in synced


def test_a_folder_nothing_can_be_put_into_was_called_an_object_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        FolderStore(Path("/proc")).put("a/1", b"1", sha256(b"1").hexdigest())
    with pytest.raises(NotFound):
        FolderStore(tmp_path).get("a/1")
