"""A file in blocks: every byte once, none changed while it is in use, from the disk itself where that can be."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.batch_file.blocks import Blocks

MIB = 1 << 20


def read(path: Path, *, from_disk: bool) -> bytes:
    found = b""
    with closing(Blocks(path, from_disk=from_disk)) as blocks:
        while block := blocks.next():
            found += block
            blocks.give_back(block)
    return found


@pytest.mark.parametrize("from_disk", [False, True])
@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, MIB - 1, MIB, MIB + 1, 9 * MIB + 511])
def test_every_byte_is_read_in_order_whatever_the_size(tmp_path: Path, size: int, from_disk: bool) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    with (tmp_path / "file").open("rb") as file:
        os.fsync(file.fileno())
    assert read(tmp_path / "file", from_disk=from_disk) == data


def test_a_block_stays_as_it_is_until_it_is_given_back(tmp_path: Path) -> None:
    data = os.urandom(40 * MIB)
    (tmp_path / "file").write_bytes(data)
    with closing(Blocks(tmp_path / "file")) as blocks:
        held = blocks.next()
        while block := blocks.next():
            blocks.give_back(block)
        assert held == data[:MIB]


def test_a_large_file_needs_a_few_places_only(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(300 * MIB)
    places = []
    with closing(Blocks(tmp_path / "file")) as blocks:
        while block := blocks.next():
            places.append(block.obj)
            blocks.give_back(block)
    assert len(places) == 300
    assert len(set(map(id, places))) < 16


def test_a_file_system_that_knows_no_reading_past_the_cache_is_read_all_the_same() -> None:
    path = Path("/sys/devices/system/cpu/online")
    if not path.exists():
        pytest.skip("no sysfs here")
    with pytest.raises(OSError, match="Invalid argument"):
        os.open(path, os.O_RDONLY | os.O_DIRECT)
    assert read(path, from_disk=True) == path.read_bytes()
