import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.actions.acknowledge import Acknowledged
from kiosk.actions.acknowledge_pick_up import pick_up
from kiosk.actions.batch import Sealed, SealOrder, seal_window
from kiosk.actions.hand_over import HandOverOrder, hand_over
from kiosk.actions.window import close_window
from kiosk.batch_file.reader import check_file
from kiosk.domain.destination import destination, waits
from kiosk.domain.errors import BatchError, StorageFull
from kiosk.domain.staff import Role
from kiosk.domain.states import ApplicationState, WindowState
from kiosk.fakes import FixedClock
from kiosk.office.acknowledgement import acknowledge as write_acknowledgement
from kiosk.store import office_keys, usb_medium, wraps
from kiosk.store.hand_overs import HandOver, HandOvers
from kiosk.store.usb_medium import mount_point, put, serials_of
from kiosk.store.vault import Vault
from tests.actions.test_batch import Room
from tests.builders import AT, SUPERVISOR, a_vault, a_window, an_application
from tests.desk_navigator import a_photo

SERIAL = "4C530001190323117382"
RULES = f'[usb.office]\nserials = ["{SERIAL}"]\nfolder = "from the kiosks"\npurpose = "filing"\n'


@dataclass
class Medium:
    """A real mount of its own, and a sys tree in which it is a USB stick with a serial."""

    root: Path
    point: Path

    def __post_init__(self) -> None:
        self.point.mkdir()
        (self.root / "sys/dev/block").mkdir(parents=True)
        (self.root / "proc").symlink_to("/proc")

    def plug_in(self, size: str = "8m") -> None:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(self.point)]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("no right to mount a medium")
        number = self.point.stat().st_dev
        stick = self.root / "sys/devices/usb1/1-2"
        block = stick / "1-2:1.0/host0/block/sda/sda1"
        block.mkdir(parents=True, exist_ok=True)
        (stick / "idVendor").write_text("0781\n")
        (stick / "serial").write_text(f"{SERIAL}\n")
        link = self.root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"
        link.symlink_to(block)

    def pull_out(self) -> None:
        subprocess.run(["umount", str(self.point)], check=True)


@pytest.fixture
def medium(tmp_path: Path) -> Iterator[Medium]:
    made = Medium(tmp_path / "root", tmp_path / "a stick")
    yield made
    subprocess.run(["umount", str(made.point)], capture_output=True, check=False)


class Kiosk:
    """A real kiosk with one sealed batch and one registered destination."""

    def __init__(self, folder: Path, medium: Medium, out: Path | None = None) -> None:
        self.clock, self.medium, self.waited = FixedClock(), medium, list[float]()
        self.vault: Vault = a_vault(folder / "data", self.clock)
        self.vault.kiosk_store.staff.add("担当", Role.OPERATOR, AT)
        self.identity, self.office = wraps.new_identity(), Ed25519PrivateKey.generate()
        known = office_keys.line(office_keys.public_of(self.office))
        self.vault.set_recipients(f"{known}\n{self.identity.to_public()}\n")
        self.sealed = self.seal_one_more(out or folder / "out")
        self.window = self.vault.kiosk_store.windows.get(self.sealed.batch.window_id)
        self.rules = folder / "rules"
        self.rules.mkdir()
        (self.rules / "destinations.toml").write_text(RULES)

    def hand_over(self, to: str = "office", file: Path | None = None) -> HandOver:
        order = HandOverOrder(file or self.sealed.path, to, "担当", self.rules, self.medium.root)
        return hand_over(self.vault, self.clock, order, wait=self.waited.append)

    def seal_one_more(self, out: Path) -> Sealed:
        """A window of three, sealed."""
        window = a_window(self.vault)
        store = self.vault.window_store(window.id)
        for number in range(3):
            made = an_application(store, ApplicationState.ACCEPTED, form_id=f"{number:023d}", answers={})
            store.photos.save(made.uid, a_photo())
        close_window(self.vault, self.clock, window.id, SUPERVISOR)
        self.vault.unlock(SUPERVISOR, "a passphrase for tests")
        return seal_window(self.vault, self.clock, SealOrder(window.id, out, SUPERVISOR, "担当"))

    def answer(self, folder: Path, sealed: Sealed | None = None) -> Path:
        """What the office writes into ``folder`` once it has read the batch."""
        checked = check_file((sealed or self.sealed).path, [self.identity])
        folder.mkdir(parents=True, exist_ok=True)
        return write_acknowledgement(checked, self.office, self.clock.now(), folder)

    def pick_up(self, name: str = "office") -> list[Acknowledged]:
        self.vault.unlock(SUPERVISOR, "a passphrase for tests", sealed_too=True)
        return list(pick_up(self.vault, self.clock, name, "担当", rules=self.rules, root=self.medium.root))

    @property
    def ledger(self) -> list[str]:
        return [line.outcome for line in HandOvers(self.vault.kiosk_store).list(self.window.id)]


@pytest.fixture
def kiosk(tmp_path: Path, medium: Medium) -> Kiosk:
    return Kiosk(tmp_path, medium)


def test_a_registered_medium_gets_the_batch_once_and_the_ledger_says_so(kiosk: Kiosk, medium: Medium) -> None:
    medium.plug_in()
    line = kiosk.hand_over()
    assert (line.outcome, line.by, line.purpose, line.applications) == ("done", "担当", "filing", 3)
    copy = medium.point / "from the kiosks" / kiosk.sealed.path.name
    assert copy.read_bytes() == kiosk.sealed.path.read_bytes()
    assert kiosk.hand_over().outcome == "there already"
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]
    assert kiosk.ledger == ["done", "there already"]
    assert kiosk.vault.kiosk_store.audit.verify()


def test_a_medium_nobody_registered_is_not_written_to(kiosk: Kiosk, medium: Medium) -> None:
    medium.plug_in()
    (medium.root / "sys/devices/usb1/1-2/serial").write_text("another\n")
    with pytest.raises(BatchError, match="medium_missing"):
        kiosk.hand_over()
    assert list(medium.point.iterdir()) == []
    assert kiosk.waited == [1, 2, 4, 8, 16, 32, 60]
    assert kiosk.ledger == ["medium_missing"]


def test_what_is_not_ours_or_not_a_destination_stays_here(kiosk: Kiosk, medium: Medium, tmp_path: Path) -> None:
    medium.plug_in()
    practice = Room(tmp_path / "practice")
    practice.add()
    practice.close()
    spoilt = tmp_path / "spoilt.mab"
    whole = kiosk.sealed.path.read_bytes()
    spoilt.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    for file, to, name in (
        (practice.seal().path, "office", "not_our_batch"),
        (spoilt, "office", "altered"),
        (kiosk.sealed.path, "elsewhere", "no_such_destination"),
    ):
        with pytest.raises(BatchError, match=name):
            kiosk.hand_over(to, file)
    assert list(medium.point.iterdir()) == []


def test_a_practice_batch_is_refused(tmp_path: Path, medium: Medium) -> None:
    room = Room(tmp_path)
    room.add()
    room.close()
    order = HandOverOrder(room.seal().path, "office", "demo", None, medium.root)
    with pytest.raises(BatchError, match="rehearsal_stays"):
        hand_over(room.vault, room.clock, order)


def test_pulled_out_and_put_back_it_goes_on_where_it_was(
    kiosk: Kiosk, medium: Medium, monkeypatch: pytest.MonkeyPatch
) -> None:
    medium.plug_in()
    monkeypatch.setattr(usb_medium, "_BLOCK", 4096)
    order = HandOverOrder(kiosk.sealed.path, "office", "担当", kiosk.rules, medium.root)
    total, written = kiosk.sealed.path.stat().st_size, list[int]()

    def pull(done: int) -> None:
        written.append(done)
        if len(written) == 3:
            raise OSError(5, os.strerror(5))

    assert hand_over(kiosk.vault, kiosk.clock, order, pull, wait=kiosk.waited.append).outcome == "done"
    assert kiosk.waited == [1]
    assert written[3] == 4096  # the blocks that are there are compared, not written again
    assert written[-1] == total
    copy = medium.point / "from the kiosks" / kiosk.sealed.path.name
    assert copy.read_bytes() == kiosk.sealed.path.read_bytes()


def test_a_torn_copy_is_mended(tmp_path: Path) -> None:
    source, folder = tmp_path / "a.mab", tmp_path / "stick"
    source.write_bytes(os.urandom(3_000_000))
    digest = usb_medium.read_back(source)
    for torn in (b"", b"x" * 10, b"x" * 2_000_000, source.read_bytes()[:1_500_000] + b"x", source.read_bytes() + b"x"):
        folder.mkdir(exist_ok=True)
        (folder / ".a.mab.part").write_bytes(torn)
        assert put(source, folder, digest)
        assert (folder / "a.mab").read_bytes() == source.read_bytes()
        (folder / "a.mab").unlink()


def test_another_file_of_that_name_is_not_written_over(kiosk: Kiosk, medium: Medium) -> None:
    medium.plug_in()
    there = medium.point / "from the kiosks" / kiosk.sealed.path.name
    there.parent.mkdir()
    there.write_bytes(b"there")
    with pytest.raises(BatchError, match="file_exists"):
        kiosk.hand_over()
    assert there.read_bytes() == b"there"


def test_a_full_medium_keeps_nothing_half(kiosk: Kiosk, medium: Medium) -> None:
    medium.plug_in(size="8k")
    with pytest.raises(StorageFull):
        kiosk.hand_over()
    assert list((medium.point / "from the kiosks").iterdir()) == []


def test_a_medium_that_gives_back_something_else_is_not_believed(
    kiosk: Kiosk, medium: Medium, monkeypatch: pytest.MonkeyPatch
) -> None:
    medium.plug_in()
    monkeypatch.setattr(usb_medium, "read_back", lambda path: "0" * 64)
    with pytest.raises(BatchError, match="medium_differs"):
        kiosk.hand_over()
    assert list((medium.point / "from the kiosks").iterdir()) == []
    assert kiosk.ledger == ["medium_differs"]


def test_a_serial_is_also_taken_from_udev_and_pulled_out_it_is_missing(medium: Medium) -> None:
    medium.plug_in()
    number = medium.point.stat().st_dev
    device = f"{os.major(number)}:{os.minor(number)}"
    (medium.root / "run/udev/data").mkdir(parents=True)
    (medium.root / f"run/udev/data/b{device}").write_text("S:x\nE:ID_SERIAL=Make_AB12\nE:ID_SERIAL_SHORT=AB12\n")
    assert serials_of(device, medium.root) == {SERIAL, "AB12"}
    assert mount_point(["AB12"], medium.root) == medium.point
    medium.pull_out()
    with pytest.raises(BatchError, match="medium_missing"):
        mount_point(["AB12"], medium.root)


@pytest.mark.parametrize("folder", ["/etc", "../x", "a/../../b"])
def test_a_destination_stays_on_its_medium(folder: str) -> None:
    with pytest.raises(BatchError, match="bad_destination"):
        destination({"usb": {"a": {"serials": ["x"], "folder": folder}}}, "a")
    with pytest.raises(BatchError, match="bad_destination"):
        destination({"usb": {"a": {"serials": []}}}, "a")


def test_waits_grow_to_a_minute() -> None:
    assert waits(9) == [1, 2, 4, 8, 16, 32, 60, 60]


def test_the_answer_is_picked_up_from_the_medium_that_brings_it(kiosk: Kiosk, medium: Medium) -> None:
    medium.plug_in()
    kiosk.hand_over()
    assert kiosk.pick_up() == []
    kiosk.answer(medium.point / "from the kiosks")
    (found,) = kiosk.pick_up()
    assert (found.is_new, found.window.state) == (True, WindowState.ACKNOWLEDGED)
    assert kiosk.pick_up() == []
    medium.pull_out()
    with pytest.raises(BatchError, match="medium_missing"):
        Kiosk.pick_up(second_waiting(kiosk))


def test_one_answer_that_was_cut_short_held_up_the_others(kiosk: Kiosk, medium: Medium, tmp_path: Path) -> None:
    later, folder = kiosk.seal_one_more(tmp_path / "later"), medium.point / "from the kiosks"
    medium.plug_in()
    answers = {each.batch.window_id: kiosk.answer(folder, each) for each in (kiosk.sealed, later)}
    first, second = (each.window_id for each in kiosk.vault.kiosk_store.batches.list())
    answers[first].write_bytes(answers[first].read_bytes()[:-3])
    with pytest.raises(BatchError, match="not_an_acknowledgement"):
        kiosk.pick_up()
    windows = kiosk.vault.kiosk_store.windows
    assert (windows.get(first).state, windows.get(second).state) == (WindowState.SEALED, WindowState.ACKNOWLEDGED)


def second_waiting(kiosk: Kiosk) -> Kiosk:
    """The same kiosk with its batch waiting again."""
    with kiosk.vault.kiosk_store.write() as database:
        database.conn.execute("update batches set acknowledged_at = null")
    return kiosk
