"""A disk that is really full: a small filesystem in memory, filled to the last byte."""

import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.domain.errors import StorageFull
from kiosk.domain.states import ApplicationEvent as Event
from kiosk.domain.states import ApplicationState as State
from kiosk.store.photos import StoredPhoto
from kiosk.store.vault import Vault
from kiosk.store.window_file import WindowStore
from tests.builders import AT, CHEAP, PASSPHRASE, SUPERVISOR, a_rehearsal_vault, a_vault, a_window, an_application

JPEG = bytes(range(256)) * 1200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64M", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small filesystem cannot be mounted here (needs root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_the_disk(folder: Path) -> Path:
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return ballast


def submit(store: WindowStore, uid: str) -> None:
    photo = StoredPhoto(JPEG, sha256(JPEG).hexdigest(), 1050, 1350, "pass", (), AT)
    with store.write():
        store.photos.save(uid, photo)
        store.applications.move(uid, Event.SUBMIT, "applicant", AT)


def test_a_full_disk_at_submit_loses_nothing_and_the_reserve_lets_the_next_tap_work(small_disk: Path) -> None:
    vault = a_rehearsal_vault(small_disk / "data")
    window = a_window(vault)
    store = vault.window_store(window.id)
    earlier = an_application(store, State.ACCEPTED).uid
    uid = an_application(store, answers={"contact_name": "見本"}).uid
    ballast = fill_the_disk(small_disk)
    assert vault.folder.reserve.exists()

    with pytest.raises(StorageFull):
        submit(store, uid)
    assert not vault.folder.reserve.exists()
    assert store.applications.get(uid).state is State.DRAFT
    assert store.applications.get(uid).answers == {"contact_name": "見本"}
    assert store.photos.get(uid) is None

    submit(store, uid)
    assert store.applications.get(uid).state is State.SUBMITTED
    assert store.applications.get(earlier).state is State.ACCEPTED
    store.file.check()

    assert not vault.folder.make_reserve()  # not while the disk is nearly full
    ballast.unlink()
    assert vault.folder.make_reserve()


def test_without_any_room_at_all_every_tap_is_refused_and_what_was_there_can_be_read(small_disk: Path) -> None:
    vault = a_rehearsal_vault(small_disk / "data")
    window = a_window(vault)
    store = vault.window_store(window.id)
    done = [an_application(store, State.SUBMITTED).uid for _ in range(3)]
    uid = an_application(store).uid
    vault.folder.free_reserve()
    ballast = fill_the_disk(small_disk)
    for _ in range(3):
        with pytest.raises(StorageFull):
            submit(store, uid)
    assert {each.uid for each in store.applications.list([State.SUBMITTED])} == set(done)
    vault.lock()
    ballast.unlink()
    reopened = Vault(small_disk / "data").window_store(window.id)
    reopened.file.check()
    submit(reopened, uid)
    assert reopened.applications.counts()[State.SUBMITTED] == 4


def test_staff_can_still_sign_in_on_a_full_disk(small_disk: Path) -> None:
    a_vault(small_disk / "data").lock()
    fill_the_disk(small_disk)
    vault = Vault(small_disk / "data", cost=CHEAP)
    vault.unlock(SUPERVISOR, PASSPHRASE)
    assert vault.is_unlocked
