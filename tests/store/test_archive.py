import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.batch_file import archive
from kiosk.domain.errors import BatchError

NAMES = st.from_regex(r"photos/[a-z0-9]{1,64}\.jpg|applications\.csv", fullmatch=True)
NUMBERS = st.integers(0, 8**11 - 1)


@given(name=NAMES, size=NUMBERS, mtime=NUMBERS)
def test_a_header_is_what_tarfile_writes_and_is_read_again(name: str, size: int, mtime: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, mtime, 0o600
    made = archive.header(name, size, mtime)
    assert made == info.tobuf(tarfile.USTAR_FORMAT)
    assert archive.next_member(io.BytesIO(made)) == (name, size)


@given(name=NAMES, place=st.integers(0, 511), bit=st.integers(0, 7))
def test_a_header_with_one_bit_changed_is_refused(name: str, place: int, bit: int) -> None:
    made = bytearray(archive.header(name, 1234, 1_700_000_000))
    made[place] ^= 1 << bit
    with pytest.raises(BatchError, match="altered"):
        archive.next_member(io.BytesIO(bytes(made)))


def test_what_no_header_can_say_is_refused() -> None:
    for name, size in (("a" * 101, 1), ("a", 8**11)):
        with pytest.raises(ValueError, match="ustar"):
            archive.header(name, size, 0)
