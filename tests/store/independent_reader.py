"""A second reader of ``.mab`` 1, written from docs/batch-format.md alone. It shares no line with the program."""

import base64
import csv
import hashlib
import io
import json
import tarfile
from datetime import datetime

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def public_key(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text))


def check_envelope(blob: bytes) -> str:
    """The device key that signed the sealed file."""
    mac_line = blob.index(b"\n--- ") + 1
    payload = blob[blob.index(b"\n", mac_line) + 1 :]
    start = blob.rindex(b"-> madoguchi-mab ", 0, mac_line)
    first, *body = blob[start : mac_line - 1].split(b"\n")
    _, _, version, key = first.decode().split(" ")
    assert version == "1"
    raw = base64.b64decode(b"".join(body) + b"=")
    size, digest, signature = raw[:8], raw[8:40], raw[40:]
    assert int.from_bytes(size, "big") == len(payload)
    assert digest == hashlib.sha256(payload).digest()
    signed = b"madoguchi-mab envelope 1\n" + hashlib.sha256(blob[:start]).digest() + size + digest
    public_key(key).verify(signature, signed)
    return key


def read(blob: bytes, identity: pyrage.x25519.Identity) -> tuple[dict[str, object], dict[str, bytes]]:
    """The manifest and all members of a batch, everything checked."""
    device = check_envelope(blob)
    found: list[tuple[str, bytes]] = []
    times: set[float] = set()
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(blob, [identity]))) as archive:
        for info in archive:
            file = archive.extractfile(info)
            assert info.isreg()
            assert file is not None
            times.add(info.mtime)
            found.append((info.name, file.read()))
    (first, text), (second, signature), *members = found
    assert (first, second) == ("manifest.json", "manifest.sig")
    manifest = json.loads(text)
    assert (manifest["format"], manifest["version"], manifest["device_key"]) == ("mab", 1, device)
    public_key(device).verify(signature, text)
    assert times == {int(datetime.fromisoformat(manifest["sealed_at"]).timestamp())}
    listed = [(each["name"], each["size"], each["sha256"]) for each in manifest["members"]]
    assert listed == [(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in members]
    contents = dict(members)
    rows = [json.loads(line) for line in contents["applications.jsonl"].splitlines()]
    table = list(csv.reader(io.StringIO(contents["applications.csv"].decode("utf-8-sig"), newline="")))
    assert [record[table[0].index("uid")] for record in table[1:]] == [row["uid"] for row in rows]
    photos = {row["photo"]["file"]: row["photo"]["sha256"] for row in rows if row["photo"]}
    assert photos == {name: digest for name, _, digest in listed if name.startswith("photos/")}
    counts = manifest["counts"]
    assert counts["applications"] == len(rows) == sum(counts[kind] for kind in KINDS)
    return manifest, contents


KINDS = ("photos", "under_1", "paper_form", "photo_missing")
