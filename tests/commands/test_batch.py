"""``kiosk seal``, ``verify`` and ``open`` as scripts call them: real processes on a real data folder."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.domain.states import ApplicationState, WindowState
from kiosk.store import wraps
from kiosk.store.photos import StoredPhoto
from kiosk.store.staff import Role
from kiosk.store.vault import Vault
from tests.builders import AT, CHEAP, SUPERVISOR, a_rehearsal_vault, a_vault, a_window, an_application
from tests.conftest import kiosk
from tests.store.independent_reader import read

ANSWERS = {"contact_name": "見本 太郎", "birth_date": "1980-02-29", "municipality": "host"}


def filled(vault: Vault, many: int, size: int = 30_000) -> str:
    """An open window with that many accepted applications; gives its id."""
    window = a_window(vault)
    store = vault.window_store(window.id)
    noise = random.Random(3).randbytes(size)  # noqa: S311 - test data
    for number in range(many):
        made = an_application(store, ApplicationState.ACCEPTED, form_id=f"{number:023d}", answers=ANSWERS)
        jpeg = made.uid.encode() + noise
        store.photos.save(made.uid, StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 700, 900, "pass", (), AT))
    return window.id


class Place:
    def __init__(self, folder: Path, many: int = 3, size: int = 30_000) -> None:
        self.data, self.out = folder / "data", folder / "out"
        vault = a_rehearsal_vault(self.data)
        self.window = filled(vault, many, size)
        self.photos = {f"{uid}.jpg": digest for uid, digest in vault.window_store(self.window).photos.hashes().items()}
        vault.lock()
        self.identity = self.data / "rehearsal-identity.txt"
        self.device = self.data / "rehearsal-device.pub"

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return kiosk(*map(str, words), data=self.data)

    def seal(self) -> Path:
        done = self.run("seal", self.window, "--out", self.out, "--json")
        assert done.returncode == 0, done.stderr
        return Path(json.loads(done.stdout)["file"])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_seal_verify_open_give_back_every_byte(place: Place, tmp_path: Path) -> None:
    file = place.seal()
    verified = place.run("verify", file, "--identity", place.identity, "--device-key", place.device, "--json")
    assert verified.returncode == 0, verified.stderr
    about = json.loads(verified.stdout)
    assert (about["verdict"], about["counts"]["applications"], about["rehearsal"]) == ("pass", 3, True)
    assert about["not_checked"] == []
    opened = place.run("open", file, "--identity", place.identity, "--out", tmp_path / "office")
    assert opened.returncode == 0, opened.stderr
    found = {each.name: sha256(each.read_bytes()).hexdigest() for each in (tmp_path / "office" / "photos").iterdir()}
    assert found == place.photos
    rows = [json.loads(line) for line in (tmp_path / "office" / "applications.jsonl").read_text("utf-8").splitlines()]
    assert [row["answers"] for row in rows] == [ANSWERS] * 3
    secret = next(line for line in place.identity.read_text().splitlines() if line.startswith("AGE-"))
    assert secret not in verified.stdout + verified.stderr + opened.stdout + opened.stderr


def test_the_reader_written_from_the_page_opens_a_real_batch(place: Place) -> None:
    manifest, members = read(place.seal().read_bytes(), wraps.read_identity(place.identity.read_text()))
    assert manifest["rehearsal"] is True
    assert len(members["applications.jsonl"].splitlines()) == 3


def test_verify_without_identity_says_what_it_did_not_check(place: Place) -> None:
    file = place.seal()
    words = place.run("verify", file)
    assert words.returncode == 0
    assert "not checked" in words.stdout
    about = json.loads(place.run("verify", file, "--json").stdout)
    assert about["counts"] is None
    assert set(about["not_checked"]) == {"signature", "members", "counts", "device_key"}


def test_exit_codes_and_reasons(place: Place, tmp_path: Path) -> None:
    file = place.seal()
    spoilt = tmp_path / "spoilt.mab"
    blob = bytearray(file.read_bytes())
    blob[-40] ^= 1
    spoilt.write_bytes(blob)
    missing = tmp_path / "missing.mab"
    garbage = tmp_path / "garbage.mab"
    garbage.write_bytes(b"\0" * 100)
    done = place.run("verify", spoilt, file, missing, garbage, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [line["file"] for line in lines] == [str(spoilt), str(file), str(missing), str(garbage)]
    assert [line.get("reason") for line in lines] == ["altered", None, None, "not_a_batch"]
    assert lines[2]["error"]["key"] == "unreadable"
    assert place.run("verify", spoilt).returncode == 1
    assert place.run("verify").returncode == 2
    assert place.run("verify", file, "--device-key", "no key").returncode == 2
    assert place.run("verify", file, "--identity", garbage).returncode == 2


def test_open_leaves_nothing_of_a_bad_batch_and_nothing_over(place: Place, tmp_path: Path) -> None:
    file, office = place.seal(), tmp_path / "office"
    blob = bytearray(file.read_bytes())
    blob[-40] ^= 1
    file.write_bytes(blob)
    assert place.run("open", file, "--identity", place.identity, "--out", office).returncode == 1
    assert not office.exists()
    assert [each.name for each in tmp_path.iterdir() if "part" in each.name] == []
    office.mkdir()
    (office / "there").write_text("there")
    for out in (office, office / "there", office / "there" / "below"):  # wrong usage: nothing is said of the batch
        refused = place.run("open", file, "--identity", place.identity, "--out", out, "--json")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "Traceback" not in refused.stderr
        assert "folder" in refused.stderr
    assert [each.name for each in office.iterdir()] == ["there"]


def test_an_empty_folder_of_an_offices_own_stays_as_open_as_it_was(place: Place, tmp_path: Path) -> None:
    office = tmp_path / "office"
    office.mkdir()
    office.chmod(0o775)
    assert place.run("open", place.seal(), "--identity", place.identity, "--out", office).returncode == 0
    assert office.stat().st_mode & 0o7777 == 0o775
    assert {each.stat().st_mode & 0o077 for each in office.iterdir()} == {0}, "what is inside is this account's alone"


def test_open_says_on_screen_how_many_characters_the_cp932_table_lacks(tmp_path: Path) -> None:
    place = Place(tmp_path, many=0)
    vault = Vault(place.data, cost=CHEAP)
    answers = {**ANSWERS, "contact_name": "𠮷田 𠮷子"}
    an_application(vault.window_store(place.window), ApplicationState.ACCEPTED, answers=answers)
    vault.lock()
    out = tmp_path / "sealed"
    sealed = place.run("seal", place.window, "--out", out, "--reason", "試験", "--json")
    file = json.loads(sealed.stdout)["file"]
    said = place.run("open", file, "--identity", place.identity, "--out", tmp_path / "office", "--cp932").stdout
    assert "CP932 lacks 2 characters, 〓 in the table: cp932-report.csv names them" in said
    manifest = json.loads((tmp_path / "office" / "manifest.json").read_text("utf-8"))
    assert f"batch     {manifest['batch_id']}" in said


def test_a_wrong_key_file_is_named_with_what_it_should_have_been(place: Place, tmp_path: Path) -> None:
    missing, wrong = tmp_path / "none.txt", place.data / "rehearsal-recipient.txt"
    for given, why in ((missing, "No such file"), (wrong, "identity.txt")):
        said = place.run("verify", place.seal() if given is missing else missing, "--identity", given)
        assert said.returncode == 2
        assert str(given) in said.stderr
        assert why in said.stderr
    ack = ("--ack", tmp_path / "ack", "--signing-key", place.identity)
    said = place.run("open", missing, "--identity", place.identity, "--out", tmp_path / "office", *ack)
    assert "signing-key.pem" in said.stderr


def test_open_with_an_ack_folder_that_cannot_be_written_said_that_the_batch_could_not_be_read(
    place: Place, tmp_path: Path
) -> None:
    """It was laid out by then: whoever ran it again was told that the folder is not empty."""
    file, office, acks = place.seal(), tmp_path / "office", tmp_path / "acks"
    (tmp_path / "file").write_text("in the way")
    words = ("open", file, "--identity", place.identity, "--signing-key", place.data / "rehearsal-office.pem", "--json")
    refused = place.run(*words, "--out", office, "--ack", tmp_path / "file" / "acks")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Nothing was done" in refused.stderr
    assert "--ack" in refused.stderr
    assert not office.exists()
    in_the_way = acks / f"{file.stem}.ack" / "there"
    in_the_way.mkdir(parents=True)
    lost = place.run(*words, "--out", office, "--ack", acks)
    assert (lost.returncode, json.loads(lost.stdout)["error"]["key"]) == (2, "ack_not_written")
    assert "laid out whole" in lost.stderr
    assert len(list((office / "photos").iterdir())) == 3
    assert list(acks.iterdir()) == [in_the_way.parent]
    in_the_way.rmdir()
    in_the_way.parent.rmdir()
    done = place.run(*words, "--out", tmp_path / "again", "--ack", acks)
    assert done.returncode == 0, done.stderr
    assert [each.name for each in acks.iterdir()] == [f"{file.stem}.ack"]


def opening(place: Place, file: Path, office: Path) -> subprocess.Popen[bytes]:
    """``kiosk open`` at work, its first photo laid in the hidden folder."""
    command = [sys.executable, "-m", "kiosk", "open", file, "--identity", place.identity, "--out", office]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    while not list(office.parent.glob(f".{office.name}.part/photos/*.jpg")):
        assert process.poll() is None
        time.sleep(0.001)
    return process


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Path]:
    """A sealed batch that takes long enough to open for something to happen meanwhile; nobody changes it."""
    place = Place(tmp_path_factory.mktemp("large"), many=400, size=200_000)
    return place, place.seal()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_open_ended_by_a_signal_left_decrypted_files_for_ever(
    large: tuple[Place, Path], tmp_path: Path, number: int, code: int
) -> None:
    (place, file), office = large, tmp_path / "office" / "opened"
    with opening(place, file, office) as process:
        process.send_signal(number)
    assert process.returncode == code
    left = sorted(each.name for each in office.parent.iterdir())
    assert left == ([".opened.lock", ".opened.part"] if number == signal.SIGKILL else [])
    again = place.run("open", file, "--identity", place.identity, "--out", office)
    assert again.returncode == 0, again.stderr
    assert [each.name for each in office.parent.iterdir()] == ["opened"]
    assert len(list((office / "photos").iterdir())) == 400


def test_two_at_once_into_one_folder_do_not_mix(large: tuple[Place, Path], tmp_path: Path) -> None:
    (place, file), office = large, tmp_path / "office" / "opened"
    with opening(place, file, office) as first:
        first.send_signal(signal.SIGSTOP)
        second = place.run("open", file, "--identity", place.identity, "--out", office)
        first.send_signal(signal.SIGCONT)
    assert (second.returncode, first.returncode) == (1, 0)
    assert "out_busy: A batch is being opened into this folder already" in second.stderr
    assert [each.name for each in office.parent.iterdir()] == ["opened"]


def test_open_into_the_folder_one_is_in_ended_in_a_traceback(place: Place, tmp_path: Path) -> None:
    file, here = place.seal().resolve(), tmp_path / "here"
    here.mkdir()
    words = ["open", str(file), "--identity", str(place.identity.resolve()), "--out", ".", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", *words], cwd=here, capture_output=True, text=True, check=False
    )
    assert (done.returncode, json.loads(done.stdout)["out"]) == (0, "."), done.stderr
    assert (here / "applications.csv").is_file()


def test_a_file_is_named_in_the_answer_as_it_was_given(place: Place) -> None:
    file = place.seal()
    given = [f"./{file.name}", f"{file.parent}//{file.name}", "./missing"]
    words = [sys.executable, "-m", "kiosk", "verify", "--json", *given]
    done = subprocess.run(words, cwd=file.parent, capture_output=True, text=True, check=False)
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == given, done.stderr
    (said,) = place.run("open", f"{file.parent}//nothing", "--identity", place.identity, "--out",
                        file.parent / "opened", "--json").stdout.splitlines()  # fmt: skip
    assert json.loads(said)["file"] == f"{file.parent}//nothing"


@pytest.mark.parametrize("odd", ["--profile", "--out"])
def test_a_seal_that_cannot_be_written_is_refused_before_the_window_is_closed(place: Place, odd: str) -> None:
    place.out.parent.joinpath("file").write_text("in the way")
    options = {"--out": str(place.out), "--profile": "default"}
    options |= {odd: {"--profile": "nosuch", "--out": str(place.out.parent / "file" / "below")}[odd]}
    done = place.run("seal", place.window, *(word for pair in options.items() for word in pair))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "Nothing was done" in done.stderr
    vault = Vault(place.data, cost=CHEAP)
    assert vault.kiosk_store.windows.get(place.window).state is WindowState.OPEN
    vault.lock()


def test_a_columns_file_without_a_profile_called_default_broke_the_seal_off(place: Place, tmp_path: Path) -> None:
    rules, config = tmp_path / "columns.toml", tmp_path / "kiosk.toml"
    config.write_text(f'rules = "{tmp_path}"\n')
    rules.write_text('[profile.ours]\ncolumn = [{ header = "氏名" }]\n')
    broken = place.run("seal", place.window, "--out", place.out, "--config", config)
    assert broken.returncode == 2
    assert "columns.toml cannot be used: profile ours: a column needs header and from" in broken.stderr
    vault = Vault(place.data, cost=CHEAP)
    assert vault.kiosk_store.windows.get(place.window).state is WindowState.OPEN
    vault.lock()
    rules.write_text('[profile.ours]\ncolumn = [{ header = "氏名", from = "answers.contact_name" }]\n')
    done = place.run("seal", place.window, "--out", place.out, "--config", config)
    assert done.returncode == 0, done.stderr
    (file,) = place.out.iterdir()
    assert place.run("open", file, "--identity", place.identity, "--out", tmp_path / "open").returncode == 0
    table = (tmp_path / "open" / "applications.csv").read_text("utf-8-sig")
    assert table.splitlines() == ['"氏名"'] + ['"見本 太郎"'] * 3


def test_a_window_that_does_not_balance_stays_open_and_says_why(place: Place) -> None:
    vault = Vault(place.data, cost=CHEAP)
    left = an_application(vault.window_store(place.window), ApplicationState.SUBMITTED, form_id="9" * 23)
    vault.lock()
    done = place.run("seal", place.window, "--out", place.out)
    assert done.returncode == 1
    assert left.call_number in done.stderr
    assert not place.out.exists()
    vault = Vault(place.data, cost=CHEAP)
    assert vault.kiosk_store.windows.get(place.window).state is WindowState.OPEN
    vault.lock()
    assert place.run("seal", place.window, "--out", place.out, "--reason", "練習").returncode == 0


def test_a_window_closed_by_command_with_people_left_was_sent_to_the_board_that_is_shut_to_it(place: Place) -> None:
    vault = Vault(place.data, cost=CHEAP)
    store = vault.window_store(place.window)
    left, draft = (an_application(store, state) for state in (ApplicationState.SUBMITTED, ApplicationState.DRAFT))
    vault.lock()
    closed = place.run("window", "close", place.window)
    sealed = place.run("seal", place.window, "--out", place.out)
    assert (closed.returncode, sealed.returncode) == (0, 1)
    for said in (closed.stderr, sealed.stderr):
        assert {left.call_number, draft.call_number} <= set(said.replace("\n", " ").split())
        assert "kiosk window open WINDOW --second NAME" in said
        assert "kiosk seal --abandon-drafts" in said
        assert "on the board" not in said
    again = place.run("window", "close", place.window)
    assert again.stderr == "Error: cannot close a window that is closed; what can be done: reopen, seal\n"


def test_a_sealed_window_is_opened_again_by_command_for_a_second_batch(place: Place) -> None:
    place.seal()
    again = place.run("seal", place.window, "--out", place.out)
    told = "Error: cannot seal a window that is sealed; what can be done: acknowledge, erase, reopen\n"
    assert (again.returncode, again.stderr) == (1, told)
    refused = place.run("window", "open", place.window)
    assert refused.returncode == 1
    assert "reason" in refused.stderr
    early = place.run("erase", place.window, "--reason", "練習")
    assert early.returncode == 1
    assert "not acknowledged every batch" in early.stderr
    assert place.run("window", "open", place.window, "--reason", "遅れて来た人").returncode == 0
    vault = Vault(place.data, cost=CHEAP)
    an_application(vault.window_store(place.window), ApplicationState.ACCEPTED, form_id=None)  # hand-written
    vault.lock()
    done = place.run("seal", place.window, "--out", place.out, "--json")
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["seq"], json.loads(done.stdout)["applications"]) == (2, 1)
    found = json.loads(
        place.run("verify", json.loads(done.stdout)["file"], "--identity", place.identity, "--json").stdout
    )
    assert (found["verdict"], found["seq"], found["supersedes"]) == ("pass", 2, [])


def test_a_real_folder_asks_both_people(tmp_path: Path) -> None:
    vault = a_vault(tmp_path / "data")
    vault.kiosk_store.staff.add("担当", Role.OPERATOR, AT)
    vault.put_account("担当", "another long passphrase")
    office = wraps.new_identity()
    vault.set_recipients(str(office.to_public()))
    window = filled(vault, 1)
    vault.lock()

    def seal(second: str, words: str) -> subprocess.CompletedProcess[str]:
        reading, writing = os.pipe()
        os.write(writing, f"a passphrase for tests\n{words}\n".encode())
        os.close(writing)
        command = [sys.executable, "-m", "kiosk", "seal", window, "--out", str(tmp_path / "out"), "--as", SUPERVISOR]
        done = subprocess.run(
            [*command, "--second", second, "--passphrase-fd", str(reading)],
            env=os.environ | {"KIOSK_DATA": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            pass_fds=[reading],
            check=False,
        )
        os.close(reading)
        return done

    assert seal("担当", "wrong words, quite wrong").returncode == 1
    assert seal(SUPERVISOR, "a passphrase for tests").returncode == 1
    assert not (tmp_path / "out").exists()
    assert seal("担当", "another long passphrase").returncode == 0
    (file,) = (tmp_path / "out").iterdir()
    assert not file.name.startswith("REHEARSAL")
    manifest, _ = read(file.read_bytes(), office)
    assert manifest["sealed_by"] == [SUPERVISOR, "担当"]


KILLER = """
import os, signal
from kiosk.actions import sealed_file
from kiosk.batch_file import archive, envelope
from kiosk.store import sealing
from kiosk.store.audit import Audit
from kiosk.store.batches import Batches
from kiosk.__main__ import main

def kill_at(owner, name, *, after, call):
    real, calls = getattr(owner, name), []

    def killing(*args, **named):
        calls.append(1)
        if len(calls) == call and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        found = real(*args, **named)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, name, killing)

kill_at({where})
main(["seal", "{window}", "--out", "{out}"])
"""
MOMENTS = {
    "before anything": "sealing.SealNotes, 'set', after=False, call=1",
    "noted": "sealing.SealNotes, 'set', after=True, call=1",
    "half written": "archive, 'framed', after=False, call=12",
    "header not yet there": "envelope, 'with_envelope', after=False, call=1",
    "written, not verified": "sealed_file, 'write_batch', after=True, call=1",
    "verified, not noted": "sealed_file, 'check_file', after=True, call=1",
    "verified and noted": "sealing.SealNotes, 'set', after=True, call=2",
    "linked": "sealed_file, '_link_or_rename', after=True, call=1",
    "in place": "sealed_file.SealedFile, 'put_in_place', after=True, call=1",
    "applications moved": "sealing.SealingRows, 'move_to_sealed', after=True, call=1",
    "inside the last transaction": "Batches, 'add', after=True, call=1",
    "at its end": "sealing.SealNotes, 'clear', after=True, call=1",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_there_is_no_batch_or_a_whole_one(tmp_path: Path, moment: str) -> None:
    place = Place(tmp_path, many=20)
    script = KILLER.format(where=MOMENTS[moment], window=place.window, out=place.out)
    killed = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"KIOSK_DATA": str(place.data)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for file in place.out.glob("[!.]*") if place.out.exists() else ():
        assert place.run("verify", file, "--identity", place.identity).returncode == 0
    place.seal()
    vault = Vault(place.data, cost=CHEAP)
    assert vault.kiosk_store.windows.get(place.window).state is WindowState.SEALED
    (batch,) = vault.kiosk_store.batches.list()
    states = {each.state for each in vault.window_store(place.window).applications.list()}
    vault.lock()
    assert states == {ApplicationState.SEALED}
    assert [each.name for each in place.out.iterdir()] == [batch.file_name]
    assert sha256((place.out / batch.file_name).read_bytes()).hexdigest() == batch.sha256


def test_a_full_medium_leaves_nothing_and_loses_nothing(tmp_path: Path) -> None:
    medium = tmp_path / "medium"
    medium.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=34m", "none", str(medium)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small medium")
    try:
        place = Place(tmp_path, many=10, size=1_000_000)
        (medium / "filler").write_bytes(bytes(30 * 1024 * 1024))
        full = place.run("seal", place.window, "--out", medium)
        assert full.returncode == 1
        assert sorted(each.name for each in medium.iterdir()) == ["filler"]
        assert place.run("seal", place.window, "--out", place.out).returncode == 0
    finally:
        subprocess.run(["umount", str(medium)], check=True)


def test_the_answer_of_the_office_comes_back_and_is_taken_up_once(place: Place, tmp_path: Path) -> None:
    file, office, ack = place.seal(), place.data / "rehearsal-office.pem", tmp_path / "ack"
    words: tuple[str | Path, ...] = ("--identity", place.identity, "--out", tmp_path / "office", "--ack", ack)
    assert place.run("open", file, *words).returncode == 2
    assert place.run("open", file, *words, "--signing-key", office).returncode == 0
    assert json.loads((tmp_path / "office" / "manifest.json").read_bytes())["seq"] == 1
    (answer,) = ack.iterdir()
    assert answer.name == file.with_suffix(".ack").name
    spoilt = tmp_path / "spoilt.ack"
    spoilt.write_bytes(answer.read_bytes().replace(b'"seq":1', b'"seq":2'))
    refused = place.run("acknowledge", spoilt)
    assert refused.returncode == 1
    assert "altered" in refused.stderr
    for is_new in (True, False):
        done = place.run("acknowledge", answer, "--json")
        assert done.returncode == 0, done.stderr
        about = json.loads(done.stdout)
        assert (about["is_new"], about["window_state"]) == (is_new, "acknowledged")
    assert place.run("acknowledge", tmp_path / "missing").returncode == 2


def test_erase_leaves_a_certificate_and_no_window(place: Place, tmp_path: Path) -> None:
    place.seal()
    refused = place.run("erase", place.window, "--reason", "x")
    assert refused.returncode == 1
    assert (place.data / "windows" / f"{place.window}.db").exists()
    vault = Vault(place.data, cost=CHEAP)
    vault.kiosk_store.staff.add("責任者二", Role.SUPERVISOR, AT)
    vault.lock()
    two = ("--as", "demo-supervisor", "--second", "責任者二", "--reason", "練習")
    unwritable = place.run("erase", place.window, *two, "--out", place.identity / "papers")
    assert unwritable.returncode == 2
    assert "Nothing was done" in unwritable.stderr
    assert (place.data / "windows" / f"{place.window}.db").exists()
    for _ in range(2):
        done = place.run("erase", place.window, *two, "--out", tmp_path / "papers", "--json")
        assert done.returncode == 0, done.stderr
        about = json.loads(done.stdout)
        assert about["applications"] == 3
        assert Path(about["certificate"]).read_bytes().startswith(b"%PDF")
    assert list((place.data / "windows").iterdir()) == []


def test_a_backup_is_made_listed_and_restored(place: Place, tmp_path: Path) -> None:
    done = place.run("backup", "make", tmp_path / "stick", "--json")
    assert done.returncode == 0, done.stderr
    assert f"windows/{place.window}.db" in json.loads(done.stdout)["files"]
    assert str(tmp_path / "stick") in place.run("backup", "list").stdout
    refused = place.run("backup", "restore", tmp_path / "stick")
    assert refused.returncode == 1
    assert "newer" in refused.stderr
    elsewhere = tmp_path / "elsewhere"
    done = kiosk("backup", "restore", str(tmp_path / "stick"), data=elsewhere)
    assert done.returncode == 0, done.stderr
    assert kiosk("audit", "verify", data=elsewhere).returncode == 0
    assert kiosk("seal", place.window, "--out", str(place.out), data=elsewhere).returncode == 0


def test_what_the_kiosk_shows_a_server_is_made_and_kept(place: Place) -> None:
    first = place.run("keys", "ssh").stdout
    assert first.startswith("ssh-ed25519 ")
    assert place.run("keys", "ssh").stdout == first
    file = place.seal()
    refused = place.run("hand-over", file, "--to", "nowhere")
    assert refused.returncode == 1
    assert "practice" in refused.stderr
    assert place.run("acknowledge").returncode == 2
    assert place.run("acknowledge", "--from", "nowhere").returncode == 1
