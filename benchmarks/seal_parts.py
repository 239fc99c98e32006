"""What a seal cannot do without, each part alone, against ``age`` over ``tar`` of the same files.

The order asks of a seal: photos out of SQLCipher, age by pyrage, a hash for the device to sign, the disk, and the file
opened and verified from the disk again. The sum of these parts, shared out over all processors without a gap and with
nothing before or between, is a time that no seal on this machine can stay under. Processor seconds; noise for photos.
"""

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyrage
from seal import fill, plain_seal, settle

from kiosk.batch_file.blocks import Blocks
from kiosk.store.sealing import SealingRows
from kiosk.store.vault import Vault

_BLOCK = 1 << 20


class _Nowhere:
    def write(self, data: bytes) -> int:
        """Keep nothing."""
        return len(data)

    def flush(self) -> None:
        """Nothing to do."""


def took(name: str, part: Callable[[], object]) -> float:
    """Do one part and print the processor seconds of this process."""
    began = time.process_time()
    part()
    spent = time.process_time() - began
    print(f"{name:42} {spent:5.2f}", flush=True)
    return spent


def read_photos(rows: SealingRows, uids: list[str]) -> None:
    """Each picture as sealing reads it, kept no longer than that."""
    for uid in uids:
        rows.jpeg(uid)


def encrypt(plain: bytes, recipient: pyrage.x25519.Recipient) -> None:
    """By pyrage, from memory to nowhere."""
    pyrage.encrypt_io(io.BufferedReader(io.BytesIO(plain)), _Nowhere(), [recipient])  # type: ignore[arg-type]


def decrypt(path: Path, identity: pyrage.x25519.Identity) -> None:
    """By pyrage, from the page cache to nowhere."""
    with path.open("rb") as file:
        pyrage.decrypt_io(file, _Nowhere(), [identity])


def write(path: Path, data: bytes) -> None:
    """Into a new file, fsynced."""
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(data), _BLOCK):
            file.write(data[start : start + _BLOCK])
        os.fsync(file.fileno())


def read_again(path: Path) -> None:
    """Past the page cache."""
    blocks = Blocks(path, from_disk=True)
    while block := blocks.next():
        blocks.give_back(block)
    blocks.close()


def parts(data: Path, window: str, folder: Path) -> float:
    """One line for each part; gives their sum in processor seconds."""
    rows = SealingRows(Vault(data).window_store(window))  # type: ignore[arg-type]
    uids = [str(each.uid) for each in rows.applications()]
    identity, sealed = pyrage.x25519.Identity.generate(), folder / "parts.age"
    spent = took("photos out of SQLCipher", partial(read_photos, rows, uids))
    photos = b"".join(map(rows.jpeg, uids))
    spent += took("age by pyrage, encrypting", partial(encrypt, photos, identity.to_public()))
    sealed.write_bytes(pyrage.encrypt(photos, [identity.to_public()]))
    spent += took("SHA-256 of the payload, to be signed", partial(hashlib.sha256, photos))
    spent += took("onto the disk", partial(write, folder / "parts", photos))
    spent += took("off the disk", partial(read_again, folder / "parts"))
    spent += took("age by pyrage, decrypting", partial(decrypt, sealed, identity))
    spent += took("SHA-256 of the whole file, for the ledger", partial(hashlib.sha256, photos))
    spent += took("SHA-256 of the members", partial(hashlib.sha256, photos))
    return spent


def start() -> float:
    """Wall seconds of ``kiosk seal --help``: Python, our imports, nothing done."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "kiosk", "seal", "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def main() -> None:
    """Print the table and the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=1000)
    parser.add_argument("--photo-bytes", type=int, default=300_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        window = fill(folder / "data", folder / "plain", given.applications, given.photo_bytes)
        recipient = (folder / "data" / "rehearsal-recipient.txt").read_text().strip()
        settle(folder / "plain", cold=False)
        plain = plain_seal(folder / "plain", recipient, folder / "plain.age").seconds
        spent, first, cores = parts(folder / "data", window, folder), start(), len(os.sched_getaffinity(0))
    floor = first + spent / cores
    print(f"{'sum of the parts':42} {spent:5.2f}")
    print(f"plain: {plain:.2f} s; start {first:.2f} s and the parts on {cores} processors: {floor:.2f} s,"
          f" {floor / plain:.1f} times plain at best")  # fmt: skip


if __name__ == "__main__":
    main()
