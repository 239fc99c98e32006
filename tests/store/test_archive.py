import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.batch_file import archive
from kiosk.domain.errors import BatchError

NAMES = st.from_regex(r"photos/[a-z0-9]{1,64}\.jpg|applications\.csv", fullmatch=True)


@given(name=NAMES, place=st.integers(0, 511), bit=st.integers(0, 7))
def test_a_header_with_one_bit_changed_is_refused(name: str, place: int, bit: int) -> None:
    made = bytearray(archive.header(name, 1234, 1_700_000_000))
    made[place] ^= 1 << bit
    with pytest.raises(BatchError, match="altered"):
        archive.next_member(io.BytesIO(bytes(made)))
