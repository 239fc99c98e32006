import io
import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.batch_file.age_header import file_key, header_end, new_header
from kiosk.batch_file.age_stream import Decrypted, encrypted
from kiosk.domain.errors import BatchError

OFFICE, SECOND, CHECK, STRANGER = (pyrage.x25519.Identity.generate() for _ in range(4))
CHUNK, SEALED = 64 * 1024, 64 * 1024 + 16
EDGES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 16 * CHUNK, 16 * CHUNK + 1, 40 * CHUNK + 7)


def noise(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def an_age_file(pieces: list[bytes]) -> bytes:
    header, key = new_header([OFFICE.to_public(), SECOND.to_public()], CHECK)
    return header + b"".join(encrypted(pieces, key))


def opened(payload: bytes, key: bytes, stroke: int = 100_000) -> bytes:
    stream, found = Decrypted(io.BytesIO(payload), key, len(payload)), []
    while piece := stream.read(stroke):
        found.append(piece)
    return b"".join(found)


def split(whole: bytes) -> tuple[bytes, bytes]:
    end = header_end(whole)
    assert end is not None
    return whole[:end], whole[end:]


@pytest.mark.parametrize("size", EDGES)
def test_pyrage_opens_what_we_encrypt_for_every_recipient(size: int) -> None:
    whole = an_age_file([noise(size)])
    assert [pyrage.decrypt(whole, [each]) for each in (OFFICE, SECOND, CHECK)] == [noise(size)] * 3


@pytest.mark.parametrize("size", EDGES)
def test_we_open_what_pyrage_encrypts(size: int) -> None:
    header, payload = split(pyrage.encrypt(noise(size), [SECOND.to_public(), OFFICE.to_public()]))
    assert opened(payload, file_key(header, [OFFICE])) == noise(size)


def test_debians_age_opens_what_we_encrypt(tmp_path: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("age is not installed: apt-get install age")
    (tmp_path / "key").write_text(f"{OFFICE}\n")
    (tmp_path / "file").write_bytes(an_age_file([noise(3 * CHUNK), b"", noise(5)]))
    command = ["age", "-d", "-i", "key", "file"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout == noise(3 * CHUNK) + noise(5)


@settings(max_examples=60)
@given(sizes=st.lists(st.integers(0, 90_000), max_size=8), stroke=st.integers(1, 2 << 20))
def test_pieces_of_any_size_come_out_as_they_went_in(sizes: list[int], stroke: int) -> None:
    pieces = [noise(size) for size in sizes]
    header, payload = split(an_age_file(pieces))
    assert pyrage.decrypt(header + payload, [OFFICE]) == b"".join(pieces)
    assert opened(payload, file_key(header, [OFFICE]), max(stroke, 500)) == b"".join(pieces)


def test_a_key_for_others_only_is_named() -> None:
    header, _ = split(an_age_file([b"x"]))
    with pytest.raises(BatchError, match="wrong_recipient"):
        file_key(header, [STRANGER])
    assert file_key(header, [STRANGER, SECOND]) == file_key(header, [OFFICE])


def test_no_letter_of_the_header_can_change() -> None:
    header, _ = split(an_age_file([b"x"]))
    for place in range(len(header)):
        spoilt = header[:place] + bytes([header[place] ^ 1]) + header[place + 1 :]
        with pytest.raises((BatchError, ValueError)):
            file_key(spoilt, [OFFICE])


def spoil(payload: bytes) -> dict[str, bytes]:
    nonce, body = payload[:16], payload[16:]
    chunks = [body[at : at + SEALED] for at in range(0, len(body), SEALED)]
    return {
        "a bit of the nonce": bytes([nonce[0] ^ 1]) + nonce[1:] + body,
        "a bit of a chunk": nonce + body[:70_000] + bytes([body[70_000] ^ 1]) + body[70_001:],
        "two chunks changed over": nonce + b"".join([chunks[1], chunks[0], *chunks[2:]]),
        "a chunk missing": nonce + b"".join([chunks[0], *chunks[2:]]),
        "a chunk twice": nonce + b"".join([chunks[0], chunks[0], *chunks[1:]]),
        "cut at a chunk": nonce + b"".join(chunks[:-1]),
        "cut inside a chunk": payload[:-5],
        "something after": payload + b"more",
        "a whole chunk after": payload + chunks[0],
    }


@pytest.mark.parametrize("name", spoil(bytes(200_000)))
def test_a_changed_payload_is_refused(name: str) -> None:
    header, payload = split(an_age_file([noise(3 * CHUNK)]))
    with pytest.raises(BatchError, match="altered"):
        opened(spoil(payload)[name], file_key(header, [OFFICE]))


def test_a_file_shorter_than_announced_is_truncated() -> None:
    header, payload = split(an_age_file([noise(3 * CHUNK)]))
    for size in (10, 1000, len(payload) - 1):
        with pytest.raises(BatchError, match="truncated"):
            Decrypted(io.BytesIO(payload[:size]), file_key(header, [OFFICE]), len(payload)).read(4 * CHUNK)


def test_an_empty_last_chunk_after_others_is_refused() -> None:
    """age forbids it, so that there is one way only to encrypt a text."""
    header, key = new_header([OFFICE.to_public()], CHECK)
    payload = b"".join(encrypted([noise(CHUNK)], key))
    whole = payload[:-SEALED] + _sealed(key, payload[:16], noise(CHUNK), 0, False)
    whole += _sealed(key, payload[:16], b"", 1, True)
    with pytest.raises(BatchError, match="altered"):
        opened(whole, key)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(header + whole, [OFFICE])


def _sealed(key: bytes, nonce: bytes, chunk: bytes, number: int, is_last: bool) -> bytes:
    cipher = ChaCha20Poly1305(HKDF(SHA256(), 32, nonce, b"payload").derive(key))
    return cipher.encrypt(number.to_bytes(11) + bytes([is_last]), chunk, None)
