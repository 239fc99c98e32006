"""The office from its first key to its page, by commands alone, with a real kiosk's batch."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from kiosk.office.intake import take_in
from tests.conftest import kiosk
from tests.office.places import Place, RealKiosk
from tests.office.test_pages import NAMED

PASSPHRASE = "an office passphrase"


def command(place: Place, *words: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "kiosk", *map(str, words)]
    return subprocess.run(line, input=stdin, capture_output=True, text=True, timeout=100, check=False)


def test_from_new_keys_to_a_batch_taken_in_and_a_page(place: Place, tmp_path: Path) -> None:
    assert kiosk("keys", "new", "--out", str(tmp_path / "office"), data=tmp_path).returncode == 0
    real = RealKiosk(tmp_path / "real", (tmp_path / "office" / "recipient.txt").read_text())
    where = ("--database", place.database)
    intake = (
        "intake", real.file, *where, "--photos", f"file://{tmp_path}/photos", "--json",
        "--identity", tmp_path / "office" / "identity.txt", "--ack", tmp_path / "ack",
    )  # fmt: skip
    refused = command(place, *intake)
    assert (refused.returncode, json.loads(refused.stdout)["reason"]) == (1, "unknown_device")
    (tmp_path / "one.pub").write_text(real.device + "\n")
    assert command(place, "office", "device", "add", tmp_path / "one.pub", "--name", "一号機", *where).returncode == 0
    assert real.device in command(place, "office", "device", "list", *where, "--json").stdout
    taken = command(place, *intake)
    assert (taken.returncode, json.loads(taken.stdout)["state"]) == (0, "taken_in"), taken.stderr
    assert len(list((tmp_path / "ack").glob("*.ack"))) == 1
    add = ("office", "account", "add", "課長", "--passphrase-fd", "0", *where)
    assert command(place, *add, stdin=PASSPHRASE + "\n").returncode == 0
    export = ("office", "export", json.loads(taken.stdout)["batch_id"], "--as", "課長", "--passphrase-fd", "0", *where)
    table = json.loads(command(place, *export, "--out", tmp_path / "table", "--json", stdin=PASSPHRASE + "\n").stdout)
    assert (table["file"], table["rehearsal"]) == (str(tmp_path / "table" / "applications.csv"), False)
    (tmp_path / "not-a-folder").write_text("")
    lost = command(place, *intake[:-1], tmp_path / "not-a-folder" / "ack")
    assert (lost.returncode, json.loads(lost.stdout)["error"]["key"]) == (2, "ack_not_written")


def test_a_practice_batch_taken_for_a_strangers_says_how_it_is_taken_in(place: Place) -> None:
    file = place.kiosk.seal()
    real = [word for word in place.words() if word != "--rehearsal"]
    refused = command(place, *real, file)
    assert refused.returncode == 1
    assert "unknown_device" in refused.stderr
    assert "--rehearsal" in refused.stderr
    taken = command(place, *place.words(), file)
    (batch,) = place.rows("select batch_id from batches")
    assert f"  batch {batch['batch_id']}\n" in taken.stdout


def test_wrong_words_are_wrong_usage_and_no_traceback(place: Place, tmp_path: Path) -> None:
    empty = tmp_path / "keys"
    empty.mkdir()
    file = tmp_path / "a.mab"
    file.write_bytes(b"")
    for odd in (("--photos", "ftp://x"), ("--database", "garbage"), ("--device-key", empty)):
        done = command(place, *place.words(), "--json", *odd, file, file)
        assert (done.returncode, done.stdout) == (2, ""), odd
        assert "Traceback" not in done.stderr
        assert done.stderr.count("Error: ") == 1
    queue = ("intake-queue", file, "--database", place.database, "--photos", "ftp://x")
    assert command(place, *queue).returncode == 2


def test_a_database_of_a_newer_version_is_said_of_each_file_as_it_was_given(place: Place, tmp_path: Path) -> None:
    place.intake(place.kiosk.seal())
    place.rows("insert into migrations (number) values (99) returning 1", side="office")
    given = [str(tmp_path) + "//one.mab", str(tmp_path) + "/./two.mab"]
    code, said, error = place.intake(*given)
    assert (code, [each["file"] for each in said]) == (2, given), error
    assert {each["error"]["key"] for each in said} == {"storage_damaged"}
    assert "Traceback" not in error


def test_files_whose_names_are_no_utf8_are_taken_in_and_answered_each(place: Place) -> None:
    """The first ended in a traceback after its batch was in, and the files after it were never tried."""
    good = place.kiosk.seal()
    bad, odd = (good.with_name(os.fsdecode(b"\xff\n") + name) for name in ("bad.mab", "odd.mab"))
    bad.write_bytes(b"no batch")
    good.rename(odd)
    place.ack = place.folder / os.fsdecode(b"\xfe")
    given = [str(bad), str(odd), str(good)]
    for words, state in ((place.words(), "taken_in"), (place.words("intake-queue")[:5], "queued")):
        line = [sys.executable, "-m", "kiosk", *words, "--json", *given]
        done = subprocess.run(line, capture_output=True, check=False)
        assert b"Traceback" not in done.stderr
        said = [json.loads(each.decode("utf-8")) for each in done.stdout.splitlines()]
        assert (done.returncode, [each["file"] for each in said]) == (2, given)
        assert (said[0]["reason"], said[1]["state"], said[2]["error"]["key"]) == ("not_a_batch", state, "unreadable")
    assert len(list(place.ack.iterdir())) == 1


def test_a_table_by_command_has_its_report_of_lost_characters_beside_it(place: Place, tmp_path: Path) -> None:
    batch = take_in(place.office(), place.kiosk.seal()).manifest.batch_id
    place.rows(NAMED, '"𠮷田"', place.kiosk.uids[0])
    where = ("--database", place.database, "--rehearsal")
    add = ("office", "account", "add", "課長", "--passphrase-fd", "0", *where)
    assert command(place, *add, stdin=PASSPHRASE + "\n").returncode == 0
    export = ("office", "export", batch, *where, "--as", "課長", "--passphrase-fd", "0", "--json")

    def table(profile: str, out: Path, words: str = PASSPHRASE) -> subprocess.CompletedProcess[str]:
        return command(place, *export, "--profile", profile, "--out", out, stdin=words + "\n")

    done = table("cp932", tmp_path / "narrow")
    said = json.loads(done.stdout)
    assert (done.returncode, said["misfits"], "〓" in done.stderr) == (0, 1, True), done.stderr
    assert said["rehearsal"] is True
    assert "〓田" in Path(said["file"]).read_bytes().decode("cp932")
    report = Path(said["report"]).read_bytes().decode("utf-8-sig")
    assert report.splitlines()[1] == f'"{place.kiosk.uids[0]}","メール連絡用氏名","U+20BB7"'
    done = table("default", tmp_path / "wide")
    assert (done.returncode, json.loads(done.stdout)["report"], done.stderr) == (0, None, "")
    assert [each.name for each in (tmp_path / "wide").iterdir()] == ["REHEARSAL-applications.csv"]
    assert sorted(each.name for each in (tmp_path / "narrow").iterdir()) == [
        "REHEARSAL-applications.csv", "REHEARSAL-cp932-report.csv"
    ]  # fmt: skip
    deeds = place.rows("select staff, detail from log where deed = 'export' order by id")
    assert deeds == [{"staff": "課長", "detail": "cp932"}, {"staff": "課長", "detail": "default"}]
    (tmp_path / "file").write_text("in the way")
    for profile, out, code in (("nobody's", "new", 2), ("cp932", "narrow", 2), ("cp932", "file/below", 2)):
        odd = table(profile, tmp_path / out)
        assert (odd.returncode, odd.stdout, "Traceback" in odd.stderr) == (code, "", False)
    assert table("default", tmp_path / "new", "wrong words").returncode == 1
    assert not (tmp_path / "new").exists()


def test_accounts_and_devices_were_made_and_shut_without_a_word(place: Place, tmp_path: Path) -> None:
    public = place.kiosk.device
    (tmp_path / "one.pub").write_text(public + "\n")
    for words, said in (
        (("account", "add", "課長", "--role", "supervisor", "--passphrase-fd", "0"), "課長 (supervisor)"),
        (("account", "disable", "課長"), "課長 is disabled"),
        (("device", "add", tmp_path / "one.pub", "--name", "一号機"), "fingerprint: "),
        (("device", "remove", tmp_path / "one.pub"), f"{public} is removed"),
    ):
        done = command(place, "office", *words, "--database", place.database, stdin=PASSPHRASE + "\n")
        assert (done.returncode, done.stdout.startswith(said)) == (0, True), (words, done)


def test_a_photo_address_nothing_can_be_put_at_was_answered_by_no_such_object(place: Place, tmp_path: Path) -> None:
    """Some ended in a traceback, one made the file suspicious: it was put into quarantine."""
    file, words = place.kiosk.seal(), place.words()
    (tmp_path / "file").write_text("in the way")
    folders = ("file:///proc", f"file://{tmp_path}/file", f"file://{tmp_path}/file/below", "file:///" + "x" * 300)
    odd = ("", "file:///%00", "s3://no bucket", "s3://b?endpoint=garbage", "s3://b?region=not one", "s3://[b", "/proc")
    for address in (*folders, *odd):
        for begun in (words, place.words("intake-queue")[:5]):
            at = begun.index("--photos")
            done = command(place, *begun[:at], "--photos", address, *begun[at + 2 :], "--json", file)
            assert (done.returncode, done.stdout, done.stderr.count("Error: ")) == (2, "", 1), done.stderr
            assert "--photos" in done.stderr
            assert "Traceback" not in done.stderr
            assert address not in folders or "Nothing" in done.stderr
    assert place.rows("select from pg_tables where schemaname ~ '^office'", side="public") == []


def test_wrong_words_of_the_offices_own_commands_were_no_wrong_usage(place: Place) -> None:
    garbage = ("--database", "garbage")
    serve = ("serve", "--database", place.database, "--photos", "ftp://x")
    for words in (("account", "list", *garbage), ("export", "x", "--as", "x", "--out", "x", *garbage), serve):
        done = command(place, "office", *words)
        assert (done.returncode, "Invalid value for" in done.stderr) == (2, True), done.stderr


def test_what_the_office_has_not_was_said_without_the_command_that_lists_what_it_has(place: Place) -> None:
    batch = take_in(place.office(), place.kiosk.seal()).manifest.batch_id
    where = ("--database", place.database, "--rehearsal")
    assert command(place, "office", "account", "add", "課長", "--passphrase-fd", "0", *where, stdin=PASSPHRASE + "\n")
    export = ("export", "none", "--as", "課長", "--passphrase-fd", "0", "--out", place.folder / "out")
    for words, way_on in (
        (("account", "disable", "nobody"), "kiosk office account list"),
        (("device", "remove", place.kiosk.device), "kiosk office device list"),
        (export, "kiosk office batch list"),
    ):
        done = command(place, "office", *words, *where, stdin=PASSPHRASE + "\n")
        assert (done.returncode, way_on in done.stderr) == (1, True), done.stderr
    listed = command(place, "office", "batch", "list", *where, "--json").stdout.splitlines()
    assert [json.loads(line)["batch_id"] for line in listed] == [batch]
    assert command(place, "office", "batch", "list", *where[:2]).stdout == ""


def test_a_folder_of_several_keys_named_as_one_device_ended_in_a_traceback(place: Place, tmp_path: Path) -> None:
    for name in ("one.pub", "two.pub"):
        (tmp_path / name).write_text(place.kiosk.device)
    for odd in (tmp_path, "", "x" * 300):
        for deed in (("add", odd, "--name", "一号機"), ("remove", odd)):
            done = command(place, "office", "device", *deed, "--database", place.database)
            assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
            assert "public key" in done.stderr


def test_the_page_starts_only_with_an_account_and_on_loopback(place: Place, tmp_path: Path) -> None:
    serve = ("office", "serve", "--database", place.database, "--photos", f"file://{tmp_path}", "--port", "0")
    refused = command(place, *serve)
    assert refused.returncode == 1
    assert "no account yet" in refused.stderr
    add = ("office", "account", "add", "課長", "--role", "supervisor", "--passphrase-fd", "0")
    assert command(place, *add, "--database", place.database, stdin=PASSPHRASE + "\n").returncode == 0
    short = command(place, *add[:3], "二人目", *add[4:], "--database", place.database, stdin="short\n")
    assert short.returncode == 1
    line = [sys.executable, "-m", "kiosk", *serve]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}) as page:
        assert page.stdout
        url = re.search(r"http://127\.0\.0\.1:\d+/", page.stdout.readline())
        assert url
        with urllib.request.urlopen(url.group()) as answer:  # noqa: S310 - our own loopback
            assert "役所の受け取り" in answer.read().decode()
        page.send_signal(signal.SIGTERM)
        assert page.wait(20) == 0


def test_the_offices_page_began_with_rules_it_could_not_show(place: Place, tmp_path: Path) -> None:
    where = ("--database", place.database)
    made = command(place, "office", "account", "add", "佐藤", *where, "--passphrase-fd", "0", stdin=PASSPHRASE + "\n")
    assert made.returncode == 0, made.stderr
    serve = ("office", "serve", *where, "--photos", f"file://{tmp_path}", "--port", "0", "--rules", tmp_path)
    for name, text, words in (
        ("office", "line = [", "office.toml cannot be used"),
        ("office", "line = []", "office.toml lacks line"),
        ("office", 'line = [{ label = "x.nosuch", from = "form_id" }]', "there are no words for its label"),
        ("columns", "[profile.ours]", "profile ours: 1 to 1000 columns"),
    ):
        file = tmp_path / f"{name}.toml"
        file.write_text(text)
        done = command(place, *serve)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
        file.unlink()
