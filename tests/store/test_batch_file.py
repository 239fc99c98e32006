import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.actions.sealed_file import SealedFile
from kiosk.batch_file import archive, envelope, manifest
from kiosk.batch_file.manifest import public_text
from kiosk.batch_file.reader import check_file
from kiosk.batch_file.writer import Source, Written, write_batch
from kiosk.domain.batch import Manifest, Member
from kiosk.domain.errors import BatchError, StorageFull
from tests.store.independent_reader import read

OFFICE = pyrage.x25519.Identity.generate()
DEVICE = Ed25519PrivateKey.generate()
PUBLIC = public_text(DEVICE.public_key())
SEALED_AT = "2026-11-24T17:00:00+09:00"
MTIME = 1_795_507_200  # the same moment
REFUSED = ("altered", "truncated", "not_a_batch", "wrong_recipient", "newer_format")


def source(name: str, data: bytes) -> Source:
    return Source(Member(name, len(data), hashlib.sha256(data).hexdigest()), lambda: [data])


def some_sources(many: int = 3, size: int = 70_000) -> list[Source]:
    pictures = [source(f"photos/u{i}.jpg", bytes([i % 256]) * size) for i in range(many)]
    rows = [a_row(f"u{i}", photo_of(each)) for i, each in enumerate(pictures)]
    return [table_of(rows), source("applications.jsonl", lines(rows)), *pictures]


BOM = b"\xef\xbb\xbf"


def table_of(rows: list[dict[str, object]]) -> Source:
    uids = "".join(f'"{row["uid"]}"\r\n' for row in rows)
    return source("applications.csv", BOM + b'"uid"\r\n' + uids.encode("utf-8", "replace"))


def photo_of(picture: Source) -> dict[str, object]:
    return {"file": picture.member.name, "sha256": picture.member.sha256}


def a_row(uid: str, photo: dict[str, object] | None = None, **values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "uid": uid, "call_number": "A-1", "form_id": None, "form_id_grouped": None,
        "counted_as": "photos" if photo else "paper_form", "municipality": "demo-city", "out_of_city": False,
        "language": "ja", "consented_on": None, "submitted_on": None, "answers": {}, "photo": photo, "identity": None,
        "custody": [],
    }  # fmt: skip
    return row | values


def lines(rows: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def a_manifest(sources: list[Source], **values: object) -> Manifest:
    photos = sum(each.member.name.startswith("photos/") for each in sources)
    counts = {"applications": photos, "photos": photos, "under_1": 0, "paper_form": 0, "photo_missing": 0}
    counts |= {"out_of_city": 0}
    made = Manifest(
        batch_id="0" * 32,
        rehearsal=True,
        window={
            "id": "20261124-test",
            "municipality": "demo-city",
            "company": "見本",
            "place": "",
            "held_on": "2026-11-24",
        },
        seq=1,
        supersedes=(),
        sealed_at=SEALED_AT,
        sealed_by=("見本", "見本二"),
        counts=counts,
        balance={"differences": {}, "reason": None},
        profile="default",
        members=tuple(each.member for each in sources),
        audit_head="0" * 64,
        software="test",
        device_key=PUBLIC,
    )
    return replace(made, **values)  # type: ignore[arg-type]


def write(path: Path, sources: list[Source] | None = None) -> Written:
    chosen = some_sources() if sources is None else sources
    return write_batch(path, a_manifest(chosen), chosen, [OFFICE.to_public()], DEVICE)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("batch") / "whole.mab"
    write(path)
    return path.read_bytes()


def fault(path: Path, **given: object) -> str:
    with pytest.raises(BatchError) as caught:
        check_file(path, **({"identities": [OFFICE]} | given))  # type: ignore[arg-type]
    return caught.value.key


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.mab"
    written = write(path)
    checked = check_file(path, [OFFICE], PUBLIC)
    assert checked.manifest == a_manifest(some_sources())
    assert checked.size == written.size == path.stat().st_size
    assert checked.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_reader_written_from_the_page_reads_the_same(whole: bytes) -> None:
    found, members = read(whole, OFFICE)
    assert found == a_manifest(some_sources()).as_object()
    assert members["photos/u2.jpg"] == bytes([2]) * 70_000


def test_debians_age_and_tar_open_it(whole: bytes, tmp_path: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("age is not installed: apt-get install age")
    (tmp_path / "a.mab").write_bytes(whole)
    (tmp_path / "key").write_text(f"{OFFICE}\n")
    command = "age -d -i key a.mab | tar tf -"
    listed = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
    names = ["manifest.json", "manifest.sig", *(each.member.name for each in some_sources())]
    assert listed.stdout.split() == names


def test_the_carrier_checks_without_the_identity(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mab"
    path.write_bytes(whole)
    assert check_file(path, device_key=PUBLIC).manifest is None
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert fault(path, identities=[]) == "altered"
    path.write_bytes(whole[:-1])
    assert fault(path, identities=[]) == "truncated"


def test_faults_have_their_names(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mab"
    path.write_bytes(whole)
    assert fault(path, identities=[pyrage.x25519.Identity.generate()]) == "wrong_recipient"
    assert fault(path, device_key=public_text(Ed25519PrivateKey.generate().public_key())) == "unknown_device"
    newer = whole.replace(b"-> madoguchi-mab 1 ", b"-> madoguchi-mab 2 ")
    for blob, name in (
        (b"", "not_a_batch"),
        (b"garbage" * 1000, "not_a_batch"),
        (pyrage.encrypt(b"something else", [OFFICE.to_public()]), "not_a_batch"),
        (whole[:200], "truncated"),
        (whole[: len(whole) // 2], "truncated"),
        (whole + b"x", "altered"),
        (newer, "newer_format"),
    ):
        path.write_bytes(blob)
        assert fault(path) == name


def seal_by_hand(path: Path, plain: bytes, device: Ed25519PrivateKey = DEVICE) -> None:
    """A file whose envelope and encryption are good, whatever is inside: what a dishonest device could make."""
    check = pyrage.x25519.Identity.generate()
    raw = pyrage.encrypt(plain, [OFFICE.to_public(), check.to_public()])
    end = envelope.header_end(raw)
    assert end is not None
    header, payload = raw[:end], raw[end:]
    key = envelope.file_key(header, str(check))
    path.write_bytes(
        envelope.with_envelope(header, len(payload), hashlib.sha256(payload).digest(), device, key) + payload
    )


def archived(parts: list[tuple[str, bytes]], end: bytes = archive.END) -> bytes:
    return b"".join(b"".join(archive.framed(name, len(data), MTIME, [data])) for name, data in parts) + end


def signed_parts(sources: list[Source], **values: object) -> list[tuple[str, bytes]]:
    text = manifest.to_bytes(a_manifest(sources, **values))
    members = [(each.member.name, b"".join(each.chunks())) for each in sources]
    return [("manifest.json", text), ("manifest.sig", DEVICE.sign(text)), *members]


def swapped(parts: list[tuple[str, bytes]]) -> bytes:
    parts[-1], parts[-2] = parts[-2], parts[-1]
    return archived(parts)


def spoilt_text(old: bytes, new: bytes) -> Callable[[list[tuple[str, bytes]]], bytes]:
    def spoil(parts: list[tuple[str, bytes]]) -> bytes:
        text = parts[0][1].replace(old, new)
        return archived([("manifest.json", text), ("manifest.sig", DEVICE.sign(text)), *parts[2:]])

    return spoil


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (swapped, "reordered"),
        (lambda parts: archived([*parts, parts[-1]]), "altered"),
        (lambda parts: archived([*parts, ("photos/extra.jpg", b"x")]), "altered"),
        (lambda parts: archived(parts[:-1]), "truncated"),
        (lambda parts: archived(parts[:-1], b""), "truncated"),
        (lambda parts: archived(parts, bytes(512)), "truncated"),
        (lambda parts: archived(parts) + b"more", "altered"),
        (lambda parts: archived([*parts[:-1], (parts[-1][0], b"X" * len(parts[-1][1]))]), "altered"),
        (lambda parts: archived([*parts[:-1], (parts[-1][0], parts[-1][1] + b"X")]), "altered"),
        (lambda parts: archived([parts[0], ("manifest.sig", bytes(64)), *parts[2:]]), "altered"),
        (lambda parts: archived([parts[0], *parts[2:]]), "altered"),
        (lambda parts: archived(parts[1:]), "not_a_batch"),
        (lambda parts: b"no archive at all" * 100, "not_a_batch"),
        (lambda parts: b"", "truncated"),
        (spoilt_text(b'"version":1', b'"version":2'), "newer_format"),
        (spoilt_text(b'"version":1', b'"version":0'), "altered"),
        (spoilt_text(b'"version":1', b'"version": 1'), "altered"),
        (spoilt_text(b'"seq":1', b'"seq":1,"seq":1'), "altered"),
        (spoilt_text(b'"format":"mab"', b'"format":"zip"'), "not_a_batch"),
        (spoilt_text(b"photos/u2.jpg", b"../../../x.jpg"), "altered"),
        (spoilt_text(b'"photos":3', b'"photos":2'), "altered"),
        (spoilt_text(b'"applications":3', b'"applications":4'), "altered"),
        (spoilt_text(b'"profile":"default"', b'"profile":7'), "altered"),
        (spoilt_text(b'"supersedes":[]', b'"supersedes":["0"]'), "altered"),
        (spoilt_text(b'"seq":1', b'"seq":0'), "altered"),
        (spoilt_text(b'"seq":1', b'"seq":4294967296'), "altered"),
        (spoilt_text(b'"batch_id":"00', b'"batch_id":"0"'), "altered"),
        (spoilt_text(b'"id":"20261124-test"', b'"id":""'), "altered"),
        (spoilt_text(b'"id":"20261124-test"', b'"id":"20261124\\u0000"'), "altered"),
        (spoilt_text(b'"id":"20261124-test"', b'"id":{}'), "altered"),
        (spoilt_text(b"2026-11-24T17:00:00+09:00", b"yesterday"), "altered"),
        (spoilt_text(b'"out_of_city":0', b'"out_of_city":1'), "altered"),
        (spoilt_text(b'"photo_missing":0', b'"photo_missing":-1'), "altered"),
        (spoilt_text(b'"version":1', b'"new":9007199254740993,"version":2'), "newer_format"),
    ],
)
def test_a_dishonest_inside_is_refused(
    spoil: Callable[[list[tuple[str, bytes]]], bytes], name: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.mab"
    seal_by_hand(path, spoil(signed_parts(some_sources())))
    assert fault(path) == name


@pytest.mark.parametrize("odd", range(7))
@pytest.mark.parametrize("aside", [-1, 1, -MTIME])
def test_one_header_of_another_time_than_sealed_at_is_refused(odd: int, aside: int, tmp_path: Path) -> None:
    """The page says that all carry the one time; a batch whose headers did not was taken for good."""
    framed = [
        b"".join(archive.framed(name, len(data), MTIME + (aside if at == odd else 0), [data]))
        for at, (name, data) in enumerate(signed_parts(some_sources()))
    ]
    seal_by_hand(tmp_path / "a.mab", b"".join(framed) + archive.END)
    assert len(framed) == 7
    assert fault(tmp_path / "a.mab") == "altered"


@pytest.mark.parametrize("fraction", ["", ".000001", ".999999"])
def test_the_fraction_of_sealed_at_is_cut_off(fraction: str, tmp_path: Path) -> None:
    parts = signed_parts(some_sources(), sealed_at=SEALED_AT.replace("+", f"{fraction}+"))
    seal_by_hand(tmp_path / "a.mab", archived(parts))
    assert check_file(tmp_path / "a.mab", [OFFICE], PUBLIC).manifest


@pytest.mark.parametrize(("replaced", "withdrawn"), [("u9", "u8"), ("u1", "u2"), ("u1", "u1")])
def test_a_correction_of_rows_that_are_not_as_it_says_is_refused(replaced: str, withdrawn: str, tmp_path: Path) -> None:
    entry = {"batch_id": "1" * 32, "replaced": [replaced], "seq": 1, "withdrawn": [withdrawn]}
    parts = signed_parts(some_sources(), seq=2, supersedes=(entry,))
    seal_by_hand(tmp_path / "a.mab", archived(parts))
    assert fault(tmp_path / "a.mab") == "altered"


PICTURE, OTHER = (source(f"photos/{name}.jpg", name.encode()) for name in ("u0", "u1"))


def with_rows(path: Path, rows: bytes, pictures: list[Source], **counts: int) -> Path:
    """A batch that is signed and in order but for what these rows say."""
    table = table_of([json.loads(line) for line in rows.splitlines()] if rows.endswith(b"\n") else [])
    sources = [table, source("applications.jsonl", rows), *pictures]
    names = ("applications", "photos", "under_1", "paper_form", "photo_missing", "out_of_city")
    seal_by_hand(path, archived(signed_parts(sources, counts=dict.fromkeys(names, 0) | counts)))
    return path


@pytest.mark.parametrize(
    "values",
    [
        {"call_number": {"x": 1}},
        {"call_number": "A\0"},
        {"call_number": "A" * 1001},
        {"uid": "u\ud800"},
        {"uid": "u\0"},
        {"uid": "u" * 12_000},
        {"uid": 7},
        {"form_id": "12"},
        {"counted_as": "zzz"},
        {"counted_as": []},
        {"counted_as": "photos"},
        {"municipality": {"a": 1}},
        {"out_of_city": 1},
        {"answers": {"x": float("nan")}},
        {"answers": {"contact_name": "\udfff"}},
        {"answers": []},
        {"more": 1},
    ],
    ids=lambda values: str(values)[:30],
)
def test_a_signed_row_that_is_none_is_altered_and_never_reaches_a_database(
    values: dict[str, object], tmp_path: Path
) -> None:
    path = with_rows(tmp_path / "a.mab", lines([a_row("u0") | values]), [], applications=1, paper_form=1)
    assert fault(path) == "altered"


@pytest.mark.parametrize(
    ("rows", "pictures"),
    [
        ([a_row("u0", photo_of(PICTURE)), a_row("u0", photo_of(PICTURE))], [PICTURE]),
        ([a_row("u0", photo_of(PICTURE)), a_row("u1", photo_of(PICTURE))], [PICTURE]),
        ([a_row("u0", photo_of(OTHER)), a_row("u1", photo_of(PICTURE))], [OTHER, PICTURE]),
        ([a_row("u0", photo_of(PICTURE)), a_row("u1", photo_of(OTHER))], [OTHER, PICTURE]),
    ],
    ids=["a uid twice", "one photo for two", "each the other's photo", "photos in another order"],
)
def test_every_row_has_its_own_photo_in_the_order_of_the_rows(
    rows: list[dict[str, object]], pictures: list[Source], tmp_path: Path
) -> None:
    path = with_rows(tmp_path / "a.mab", lines(rows), pictures, applications=2, photos=2)
    assert fault(path) == "altered"


@pytest.mark.parametrize("counts", [{"paper_form": 1, "under_1": 1}, {"paper_form": 42, "under_1": -40}])
def test_counts_by_kind_are_those_of_the_rows(counts: dict[str, int], tmp_path: Path) -> None:
    path = with_rows(tmp_path / "a.mab", lines([a_row("u0"), a_row("u1")]), [], applications=2, **counts)
    assert fault(path) == "altered"
    path.unlink()
    good = with_rows(path, lines([a_row("u0"), a_row("u1")]), [], applications=2, paper_form=2)
    assert check_file(good, [OFFICE], PUBLIC).manifest is not None


@pytest.mark.parametrize("order", [[1, 0, 2], [2, 0, 1], [0, 1, 3, 2], [1, 2], [0, 2]])
def test_tables_come_first_and_in_their_order(order: list[int], tmp_path: Path) -> None:
    sources = [*some_sources(1), source("cp932-report.csv", b"")]
    seal_by_hand(tmp_path / "a.mab", archived(signed_parts([sources[at] for at in order])))
    assert fault(tmp_path / "a.mab") == "altered"


def with_tables(
    path: Path, rows: list[dict[str, object]], table: bytes, narrow: bytes = b"", report: bytes = b""
) -> Path:
    """A batch that is signed and in order but for what these tables say; rows are without photos."""
    more = [source("applications.cp932.csv", narrow), source("cp932-report.csv", report)] if narrow else []
    sources = [source("applications.csv", table), source("applications.jsonl", lines(rows)), *more]
    counts = dict.fromkeys(("photos", "under_1", "photo_missing", "out_of_city"), 0)
    counts |= {"applications": len(rows), "paper_form": len(rows)}
    seal_by_hand(path, archived(signed_parts(sources, counts=counts)))
    return path


@pytest.mark.parametrize(
    ("table", "value"),
    [
        (BOM + b'"uid","x"\r\n"u0","=cmd|\'/c calc\'!A1"\r\n', "=cmd|'/c calc'!A1"),
        (BOM + b'"uid","x"\r\n"u0","\xe3\x80\x80\xef\xbc\x8bx"\r\n', "　＋x"),
        (BOM + b'"=x"\r\n"u0"\r\n', ""),
        (BOM + b'"uid"\r\n"u0","b"\r\n', "b"),
        (BOM + b'"uid"\r\nu0\r\n', ""),
        (BOM + b'"uid","x"\r\n"u0","u"0"\r\n', 'u"0'),
        (BOM + b'"uid"\n"u0"\r\n', ""),
        (BOM + b'"uid"\r\n"u0"', ""),
        (BOM + b'"uid","x"\r\n"u0","\xff"\r\n', "\ufffd"),
        (b'"uid"\r\n"u0"\r\n', ""),
        (BOM, ""),
        (b"", ""),
        (BOM + b'"uid","x"\r\n"u0","' + b"x" * (1 << 20) + b'"\r\n', "x" * (1 << 20)),
        (BOM + b'"""\r\n""' * 500_000, ""),
    ],
    ids=lambda given: repr(given)[:40],
)
def test_a_table_with_a_cell_that_runs_or_of_another_form_is_refused(table: bytes, value: str, tmp_path: Path) -> None:
    """A signed table was laid out with whatever it held: its first opening in a spreadsheet would have run it."""
    path = with_tables(tmp_path / "a.mab", [a_row("u0", answers={"x": value})], table)
    began = time.monotonic()
    assert fault(path) == "altered"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("'=cmd", "=cmd"), ("''", "'"), ("x=1", "x=1"), ("", ""), ('a""\r\n""', 'a"\r\n"'), ("、", "、"),
        ("a\r\nb", "a\r\nb"), ("'　＝", "　＝"),
    ],
)  # fmt: skip
def test_cells_as_our_writer_writes_them_pass(cell: str, value: str, tmp_path: Path) -> None:
    line, report = f'"uid","x"\r\n"u0","{cell}"\r\n', BOM + b'"uid","column","code_point"\r\n'
    rows = [a_row("u0", answers={"x": value})]
    path = with_tables(tmp_path / "a.mab", rows, BOM + line.encode(), line.encode("cp932"), report)
    assert check_file(path, [OFFICE]).manifest


def test_a_line_without_an_end_is_refused_before_it_is_held(tmp_path: Path) -> None:
    """A line of 64 MiB took 21 seconds to refuse, since it was put together anew with every piece."""
    path = with_rows(tmp_path / "a.mab", b"x" * (64 << 20), [], applications=1, paper_form=1)
    began = time.monotonic()
    assert fault(path) == "altered"
    assert time.monotonic() - began < 5


def test_the_same_by_hand_without_a_fault_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "a.mab"
    seal_by_hand(path, archived(signed_parts(some_sources())))
    assert check_file(path, [OFFICE], PUBLIC).manifest is not None


def test_a_correction_is_accepted_when_its_rows_are_there(tmp_path: Path) -> None:
    path = tmp_path / "a.mab"
    earlier = {"batch_id": "1" * 32, "seq": 1, "replaced": ["u1"], "withdrawn": ["u9"]}
    seal_by_hand(path, archived(signed_parts(some_sources(), seq=2, supersedes=(earlier,))))
    checked = check_file(path, [OFFICE], PUBLIC)
    assert checked.manifest is not None
    assert checked.manifest.supersedes == (earlier,)


def test_an_envelope_by_another_device_than_the_manifest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mab"
    seal_by_hand(path, archived(signed_parts(some_sources())), Ed25519PrivateKey.generate())
    assert fault(path) == "altered"


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10**9), bit=st.integers(0, 7), how=st.sampled_from(["flip", "cut", "drop", "double", "zero"]))
def test_no_mutated_batch_is_accepted(whole: bytes, tmp_path: Path, at: int, bit: int, how: str) -> None:
    place = at % len(whole)
    blob = {
        "flip": whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :],
        "cut": whole[:place],
        "drop": whole[:place] + whole[place + 1 :],
        "double": whole[: place + 1] + whole[place:],
        "zero": whole[:place] + bytes(min(100, len(whole) - place)) + whole[place + 100 :],
    }[how]
    path = tmp_path / "a.mab"
    path.write_bytes(blob)
    assert fault(path) in REFUSED


def test_no_bit_of_the_header_can_change(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mab"
    for place in range(envelope.header_end(whole) or 0):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        assert fault(path) in REFUSED


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(max_size=3000))
def test_garbage_is_refused_by_name(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "a.mab"
    for blob in (garbage, envelope.MAGIC + garbage):
        path.write_bytes(blob)
        assert fault(path) in REFUSED


def test_an_existing_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.mab"
    path.write_bytes(b"there")
    with pytest.raises(FileExistsError):
        write(path)
    assert path.read_bytes() == b"there"


def test_a_member_that_is_not_as_declared_stops_the_writing(tmp_path: Path) -> None:
    sources = some_sources()
    sources[-1] = Source(sources[-1].member, lambda: [b"something else"])
    with pytest.raises(BatchError, match="changed_while_sealing"):
        write(tmp_path / "a.mab", sources)


def test_an_error_while_reading_comes_through(tmp_path: Path) -> None:
    def unplugged() -> list[bytes]:
        raise OSError(5, os.strerror(5))

    sources = some_sources()
    sources[-1] = Source(sources[-1].member, unplugged)
    with pytest.raises(OSError, match="Input/output"):
        write(tmp_path / "a.mab", sources)


@pytest.mark.parametrize("tenth", range(10))
def test_a_medium_that_is_full_after_each_tenth_is_left_as_it_was(tmp_path: Path, tenth: int) -> None:
    """Of a batch of 2 MB so many tenths find room, and some pages more for the header."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={tenth * 200_000 + 8192}", "none", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a small medium")
    try:
        sources = some_sources(20, 100_000)
        with pytest.raises(StorageFull):
            SealedFile(tmp_path / "a.mab").write_and_verify(
                a_manifest(sources), sources, [OFFICE.to_public()], DEVICE, progress=lambda done: None
            )
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
