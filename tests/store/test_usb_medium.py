"""The copy onto a real medium: a loop device with a file system of its own, pulled out, full, read back."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.domain.destination import UsbDestination
from kiosk.domain.errors import BatchError, StorageFull
from kiosk.store import usb_medium
from kiosk.store.usb_medium import UsbMedium, put, read_back

SERIAL = "4C530001190323117382"
MEGABYTE = 1 << 20


@dataclass
class LoopStick:
    """A stick of 16 MB: a file behind a loop device, and a sys tree in which that is a USB stick with a serial."""

    place: Path
    kind: str

    def __post_init__(self) -> None:
        image, self.point, self.root = self.place / "image", self.place / "stick", self.place / "root"
        with image.open("wb") as file:
            file.truncate(16 * MEGABYTE)
        self.point.mkdir()
        maker = shutil.which(f"mkfs.{self.kind}", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if not maker:
            pytest.skip(f"mkfs.{self.kind} is not installed")
        subprocess.run([maker, *(["-q"] if self.kind == "ext4" else []), str(image)], check=True, capture_output=True)
        made = subprocess.run(["losetup", "--find", "--show", str(image)], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            pytest.skip("no right to make a loop device")
        self.device = made.stdout.strip()
        block = self.root / "sys/devices/usb1/1-2/1-2:1.0/host0/block/sda/sda1"
        block.mkdir(parents=True)
        (self.root / "sys/devices/usb1/1-2/idVendor").write_text("0781\n")
        (self.root / "sys/devices/usb1/1-2/serial").write_text(f"{SERIAL}\n")
        (self.root / "proc").symlink_to("/proc")
        number = Path(self.device).stat().st_rdev
        (self.root / "sys/dev/block").mkdir(parents=True)
        (self.root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}").symlink_to(block)

    def plug_in(self) -> None:
        done = subprocess.run(["mount", self.device, str(self.point)], capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"no right to mount {self.kind}, or the kernel does not know it")

    def yank(self) -> None:
        subprocess.run(["umount", "-l", str(self.point)], check=True)

    def end(self) -> None:
        subprocess.run(["umount", "-l", str(self.point)], capture_output=True, check=False)
        subprocess.run(["losetup", "-d", self.device], capture_output=True, check=False)

    @property
    def medium(self) -> UsbMedium:
        return UsbMedium(UsbDestination("office", (SERIAL,), "in", "office", "in"), self.root)


@pytest.fixture(params=["ext4", "vfat"])
def stick(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[LoopStick]:
    made = LoopStick(tmp_path, request.param)
    try:
        made.plug_in()
        yield made
    finally:
        made.end()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.mab"
    path.write_bytes(os.urandom(6 * MEGABYTE + 11))
    return path


def test_a_copy_is_read_back_from_the_block_device(stick: LoopStick, source: Path) -> None:
    digest = read_back(source)
    assert stick.medium.put(source, digest, lambda done: None)
    stick.yank()
    stick.plug_in()
    assert (stick.point / "in/a.mab").read_bytes() == source.read_bytes()
    assert not stick.medium.put(source, digest, lambda done: None)


@pytest.mark.parametrize("tenth", [2, 9])
def test_yanked_in_mid_copy_it_goes_on_once_it_is_back(stick: LoopStick, source: Path, tenth: int) -> None:
    digest, size = read_back(source), source.stat().st_size
    pulled = False

    def pull(done: int) -> None:
        nonlocal pulled
        if not pulled and done * 10 >= size * tenth:
            pulled = True
            stick.yank()

    with pytest.raises(OSError):  # noqa: PT011 -- whatever the kernel says of a medium that is gone
        stick.medium.put(source, digest, pull)
    with pytest.raises(BatchError, match="medium_missing"):
        stick.medium.put(source, digest, pull)
    assert list(stick.point.iterdir()) == []  # nothing was written beside the medium
    stick.plug_in()
    told: list[int] = []
    assert stick.medium.put(source, digest, told.append)
    assert [each.name for each in (stick.point / "in").iterdir()] == ["a.mab"]
    assert (stick.point / "in/a.mab").read_bytes() == source.read_bytes()


def test_a_bit_that_turns_on_the_medium_is_seen(
    stick: LoopStick, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = usb_medium._copy

    def spoilt(origin: Path, part: Path, told: usb_medium.Told) -> None:
        real(origin, part, told)
        with part.open("r+b") as file:
            file.seek(MEGABYTE)
            byte = file.read(1)
            file.seek(MEGABYTE)
            file.write(bytes([byte[0] ^ 1]))

    monkeypatch.setattr(usb_medium, "_copy", spoilt)
    with pytest.raises(BatchError, match="medium_differs"):
        stick.medium.put(source, read_back(source), lambda done: None)
    assert list((stick.point / "in").iterdir()) == []


def test_folders_new_on_the_stick_were_not_on_its_disk_when_it_was_safe_to_remove(
    stick: LoopStick, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, real = list[Path](), os.fsync

    def seen(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    folder = stick.point / "from the kiosks/2026"
    for is_new in (True, False):  # the second time after a run that was cut off before the folders were on the disk
        synced.clear()
        assert put(source, folder, read_back(source)) is is_new
        assert [each for each in synced if each.is_dir()] == [folder, folder.parent, stick.point]


@pytest.mark.parametrize("place", ["in", "in/.a.mab.part", "in/a.mab"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_prepared_stick_had_a_file_of_the_kiosk_written_over(
    tmp_path: Path, source: Path, place: str, is_there: bool
) -> None:
    stick, victim = tmp_path / "stick", tmp_path / "kiosk.db"
    (stick / place).parent.mkdir(parents=True)
    (stick / place).symlink_to(victim)
    if is_there:
        victim.write_bytes(b"precious")
    with pytest.raises(BatchError, match="medium_not_plain"):
        put(source, stick / "in", read_back(source))
    assert victim.exists() is is_there
    assert not is_there or victim.read_bytes() == b"precious"


@pytest.mark.parametrize("place", [".a.mab.part", "a.mab"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_plain_file_on_the_stick_is_not_written_into(
    tmp_path: Path, source: Path, place: str, make: Callable[[Path], None]
) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    make(folder / place)
    with pytest.raises(BatchError, match="medium_not_plain"):
        put(source, folder, read_back(source))


def test_an_answer_on_a_prepared_stick_does_not_lead_to_a_file_of_the_kiosk(stick: LoopStick, tmp_path: Path) -> None:
    if stick.kind == "vfat":
        pytest.skip("vfat has no links")
    (tmp_path / "secret").write_bytes(b"precious")
    (stick.point / "in").mkdir()
    (stick.point / "in/a.ack").symlink_to(tmp_path / "secret")
    with pytest.raises(BatchError, match="medium_not_plain"):
        stick.medium.answer("a.ack", 100)


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_medium_full_at_each_tenth_keeps_nothing_half(tmp_path: Path, source: Path, tenth: int) -> None:
    point = tmp_path / "small"
    point.mkdir()
    size = source.stat().st_size * tenth // 10 // 4096 * 4096
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(point)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a medium")
    try:
        with pytest.raises(StorageFull):
            put(source, point / "in", read_back(source))
        assert list((point / "in").iterdir()) == []
        subprocess.run(["mount", "-o", "remount,size=8m", str(point)], check=True)
        assert put(source, point / "in", read_back(source))
        assert (point / "in/a.mab").read_bytes() == source.read_bytes()
    finally:
        subprocess.run(["umount", str(point)], check=True)
