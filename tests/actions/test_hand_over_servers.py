"""Handing over to real servers on loopback: OpenSSH's sftp-server and moto's S3."""

import os
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import boto3
import paramiko
import pytest
from moto.server import ThreadedMotoServer

from kiosk.actions.hand_over import HandOverOrder, hand_over
from kiosk.domain.destination import destination, destination_names
from kiosk.domain.errors import BatchError, StorageFull
from kiosk.domain.states import WindowState
from kiosk.store import carrier_keys, sftp_medium
from kiosk.store.carrier_keys import S3Credentials
from kiosk.store.hand_overs import HandOver, HandOvers
from kiosk.store.medium import open_medium
from kiosk.store.s3_medium import S3Medium
from kiosk.store.sftp_medium import SftpMedium
from tests.actions.test_batch import Room
from tests.actions.test_hand_over import Kiosk, Medium, second_waiting
from tests.batch_faults import kill_during
from tests.servers import CutLine, Sshd

KEY = S3Credentials("AKIAKIOSK", "a secret for tests")


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path, Medium(tmp_path / "root", tmp_path / "stick"))


@pytest.fixture
def sshd(tmp_path: Path, kiosk: Kiosk) -> Iterator[Sshd]:
    server = Sshd(tmp_path / "server", carrier_keys.ssh_public(kiosk.vault.kiosk_store)).start()
    register(kiosk, f"[sftp.office]\n{server.rule}")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def moto() -> Iterator[int]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield int(server.get_host_and_port()[1])
    server.stop()


class Bucket:
    """A bucket of its own at moto's server, seen with boto3 as the office would."""

    def __init__(self, port: int, name: str) -> None:
        self.name, self.port = name, port
        self.client = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
            aws_access_key_id="office", aws_secret_access_key="office",
        )  # fmt: skip
        self.client.create_bucket(Bucket=name)

    def rule(self, port: int | None = None) -> str:
        return (
            f'endpoint = "http://127.0.0.1:{port or self.port}"\nbucket = "{self.name}"\nfolder = "in"\n'
            'acknowledgements = "out"\npurpose = "filing"\n'
        )

    def keys(self) -> list[str]:
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def get(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()


@pytest.fixture
def bucket(moto: int, kiosk: Kiosk, request: pytest.FixtureRequest) -> Bucket:
    made = Bucket(moto, "b" + sha256(request.node.name.encode()).hexdigest()[:20])
    register(kiosk, f"[s3.office]\n{made.rule()}")
    carrier_keys.set_s3_credentials(kiosk.vault.kiosk_store, "office", KEY)
    return made


def register(kiosk: Kiosk, text: str) -> None:
    (kiosk.rules / "destinations.toml").write_text(text)


def outcomes(kiosk: Kiosk) -> list[tuple[str, str]]:
    lines = HandOvers(kiosk.vault.kiosk_store).list(kiosk.window.id)
    return [(line.medium.split(" ")[0], line.outcome) for line in lines]


def test_an_sftp_server_gets_the_batch_once_and_the_ledger_says_so(kiosk: Kiosk, sshd: Sshd) -> None:
    line: HandOver = kiosk.hand_over()
    whole = kiosk.sealed.path.read_bytes()
    there = sshd.folder / "in/from the kiosks"
    assert [each.name for each in there.iterdir()] == [kiosk.sealed.path.name]
    assert (there / kiosk.sealed.path.name).read_bytes() == whole
    assert (line.by, line.applications, line.size, line.sha256) == ("担当", 3, len(whole), sha256(whole).hexdigest())
    assert line.medium.endswith(f"@127.0.0.1:{sshd.port}")
    assert kiosk.hand_over().outcome == "there already"
    assert outcomes(kiosk) == [("sftp", "done"), ("sftp", "there already")]
    assert kiosk.vault.kiosk_store.audit.verify()


def test_the_copy_is_on_the_servers_disk_before_it_gets_its_name(kiosk: Kiosk, sshd: Sshd) -> None:
    config, log = sshd.place / "sshd_config", sshd.place / "sftp.log"
    config.write_text(config.read_text().replace("sftp-server", "sftp-server -e -l DEBUG1").rstrip() + f" 2>>{log}\n")
    sshd.stop()
    sshd.start()
    kiosk.hand_over()
    said = log.read_text()
    steps = [said.index(words) for words in (" flags WRITE", 'fsync "', " flags READ", "rename old")]
    assert steps == sorted(steps)


def test_another_file_of_that_name_on_the_server_stays(kiosk: Kiosk, sshd: Sshd) -> None:
    there = sshd.folder / "in/from the kiosks" / kiosk.sealed.path.name
    there.parent.mkdir(parents=True)
    there.write_bytes(b"there")
    with pytest.raises(BatchError, match="file_exists"):
        kiosk.hand_over()
    assert there.read_bytes() == b"there"
    assert outcomes(kiosk) == [("sftp", "file_exists")]


def test_a_server_with_another_key_is_told_nothing(kiosk: Kiosk, sshd: Sshd) -> None:
    sshd.stop()
    sshd.new_host_key()
    sshd.start()
    with pytest.raises(BatchError, match="server_unknown"):
        kiosk.hand_over()
    assert kiosk.waited == []
    assert list(sshd.folder.iterdir()) == []


def test_a_server_that_does_not_know_us_refuses_by_name(kiosk: Kiosk, sshd: Sshd) -> None:
    (sshd.place / "authorized_keys").write_text("")
    with pytest.raises(BatchError, match="server_refuses"):
        kiosk.hand_over()
    assert kiosk.waited == []


@pytest.mark.parametrize("tenth", [1, 5, 9])
def test_an_sftp_server_gone_in_mid_put_is_waited_for(kiosk: Kiosk, sshd: Sshd, tenth: int) -> None:
    total, gone = kiosk.sealed.path.stat().st_size, []
    line = CutLine(sshd.port)
    line.cuts = [total * tenth // 10]
    register(kiosk, f"[sftp.office]\n{sshd.rule}".replace(f"port = {sshd.port}", f"port = {line.port}"))

    def wait(seconds: float) -> None:
        gone.append(seconds)
        assert not (sshd.folder / "in/from the kiosks" / kiosk.sealed.path.name).exists()
        if len(gone) == 1:
            sshd.stop()
        else:
            sshd.start()

    order = HandOverOrder(kiosk.sealed.path, "office", "担当", kiosk.rules)
    assert hand_over(kiosk.vault, kiosk.clock, order, wait=wait).outcome == "done"
    line.close()
    assert gone == [1, 2]
    there = sshd.folder / "in/from the kiosks"
    assert [each.name for each in there.iterdir()] == [kiosk.sealed.path.name]
    assert (there / kiosk.sealed.path.name).read_bytes() == kiosk.sealed.path.read_bytes()
    assert outcomes(kiosk) == [("sftp", "done")]


def test_an_s3_store_gets_the_batch_once_and_the_ledger_says_so(kiosk: Kiosk, bucket: Bucket) -> None:
    assert kiosk.hand_over().outcome == "done"
    name = kiosk.sealed.path.name
    assert bucket.keys() == [f"in/{name}"]
    assert bucket.get(f"in/{name}") == kiosk.sealed.path.read_bytes()
    assert kiosk.hand_over().outcome == "there already"
    assert outcomes(kiosk) == [("s3", "done"), ("s3", "there already")]


def test_another_object_of_that_name_stays(kiosk: Kiosk, bucket: Bucket) -> None:
    key = f"in/{kiosk.sealed.path.name}"
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"there")
    with pytest.raises(BatchError, match="file_exists"):
        kiosk.hand_over()
    assert bucket.get(key) == b"there"


def test_an_s3_store_gone_in_mid_put_is_waited_for(kiosk: Kiosk, bucket: Bucket) -> None:
    line = CutLine(bucket.port)
    line.cuts = [2000, 0, kiosk.sealed.path.stat().st_size // 2]
    register(kiosk, f"[s3.office]\n{bucket.rule(line.port)}")

    def wait(seconds: float) -> None:
        kiosk.waited.append(seconds)
        assert bucket.keys() == []

    order = HandOverOrder(kiosk.sealed.path, "office", "担当", kiosk.rules)
    assert hand_over(kiosk.vault, kiosk.clock, order, wait=wait).outcome == "done"
    line.close()
    assert kiosk.waited == [1, 2, 4]
    assert bucket.get(f"in/{kiosk.sealed.path.name}") == kiosk.sealed.path.read_bytes()
    assert outcomes(kiosk) == [("s3", "done")]


def test_without_credentials_or_with_another_bucket_it_says_so(kiosk: Kiosk, bucket: Bucket, tmp_path: Path) -> None:
    register(kiosk, f"[s3.office]\n{bucket.rule()}[s3.other]\n{bucket.rule().replace(bucket.name, 'not-there')}")
    with pytest.raises(BatchError, match="no_credentials"):
        kiosk.hand_over("other")
    file = tmp_path / "credentials.toml"
    file.write_text('key_id = "a"\nsecret = "b"\n')
    text = f'[s3.other]\n{bucket.rule().replace(bucket.name, "not-there")}credentials = "{file}"\n'
    register(kiosk, text)
    with pytest.raises(BatchError, match="bad_destination"):
        kiosk.hand_over("other")


@pytest.mark.parametrize("kind", ["sftp", "s3"])
def test_what_is_read_back_counts(
    kiosk: Kiosk, kind: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    place = request.getfixturevalue("sshd" if kind == "sftp" else "bucket")
    if kind == "sftp":
        monkeypatch.setattr("kiosk.store.sftp_medium._hash", lambda sftp, path: "0" * 64)
    else:
        monkeypatch.setattr(S3Medium, "_hash", lambda self, key: "0" * 64)
    with pytest.raises(BatchError, match="medium_differs"):
        kiosk.hand_over()
    left = [each for each in place.folder.rglob("*") if each.is_file()] if kind == "sftp" else place.keys()
    assert left == []


def test_a_practice_batch_goes_to_no_registered_server(tmp_path: Path, kiosk: Kiosk, bucket: Bucket) -> None:
    room = Room(tmp_path / "practice")
    room.add()
    room.close()
    order = HandOverOrder(room.seal().path, "office", "demo", kiosk.rules)
    with pytest.raises(BatchError, match="rehearsal_stays"):
        hand_over(room.vault, room.clock, order)
    assert bucket.keys() == []


def test_neither_key_is_anywhere_in_clear(kiosk: Kiosk, bucket: Bucket) -> None:
    private = carrier_keys.ssh_key_text(kiosk.vault.kiosk_store)
    kiosk.hand_over()
    kiosk.vault.lock()
    middle = private.splitlines()[2].encode()
    for path in kiosk.vault.folder.root.rglob("*"):
        if path.is_file():
            assert middle not in path.read_bytes()
            assert KEY.secret.encode() not in path.read_bytes()
    assert KEY.secret not in repr(KEY)


def test_the_office_lays_its_answers_where_the_destination_says(kiosk: Kiosk, sshd: Sshd, bucket: Bucket) -> None:
    text = f"[sftp.one]\n{sshd.rule}[s3.two]\n{bucket.rule()}"
    register(kiosk, text)
    carrier_keys.set_s3_credentials(kiosk.vault.kiosk_store, "two", KEY)
    rules = {"sftp": {"one": _parsed(sshd.rule)}, "s3": {"two": _parsed(bucket.rule())}}
    assert destination_names(rules) == ["one", "two"]
    one, two = (open_medium(destination(rules, name), kiosk.vault.kiosk_store) for name in ("one", "two"))
    assert isinstance(one, SftpMedium)
    assert isinstance(two, S3Medium)
    assert (one.answer("a.ack", 9), two.answer("a.ack", 9)) == (None, None)
    (sshd.folder / "out").mkdir()
    (sshd.folder / "out/a.ack").write_bytes(b"from sftp")
    bucket.client.put_object(Bucket=bucket.name, Key="out/a.ack", Body=b"from s3")
    assert (one.answer("a.ack", 9), two.answer("a.ack", 4)) == (b"from sftp", b"from")


def _parsed(text: str) -> dict[str, object]:
    import tomllib

    return tomllib.loads(text)


@pytest.mark.parametrize(
    "wrong",
    [
        '[sftp.a]\nhost = "h"\nuser = "u"\n',
        '[sftp.a]\nhost = "h"\nuser = "u"\nhost_key = "ssh-ed25519"\n',
        '[sftp.a]\nhost = "h"\nuser = "u"\nhost_key = "ssh-ed25519 AAAA"\nport = "22"\n',
        '[sftp.a]\nhost = "h"\nuser = "u"\nhost_key = "ssh-ed25519 AAAA"\nfolder = "../x"\n',
        '[s3.a]\nendpoint = "http://elsewhere.example"\nbucket = "bbb"\n',
        '[s3.a]\nendpoint = "https://store.example"\nbucket = "B"\n',
        "usb = 3\n",
        "[sftp]\na = 3\n",
        "[usb.a]\nserials = 3\n",
    ],
)
def test_a_destination_set_up_wrongly_is_refused(wrong: str) -> None:
    with pytest.raises(BatchError, match="bad_destination"):
        destination(_parsed(wrong), "a")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda kind, key: f"{kind} {key[:-1]}",
        lambda kind, key: f"{kind} {key[:9]}",
        lambda kind, key: f"{kind} AAAB{key[4:]}",
        lambda kind, key: f"ssh-rsa {key}",
        lambda kind, key: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB",
    ],
)
def test_a_host_key_that_was_copied_wrongly_is_named_at_once_and_in_the_ledger(
    kiosk: Kiosk, sshd: Sshd, spoilt: Callable[[str, str], str]
) -> None:
    kind, key, *_ = (sshd.place / "host_key.pub").read_text().split()
    register(kiosk, f"[sftp.office]\n{sshd.rule.replace(f'{kind} {key}', spoilt(kind, key))}")
    with pytest.raises(BatchError, match="bad_destination"):
        kiosk.hand_over()
    assert kiosk.ledger == ["bad_destination"]
    assert kiosk.waited == []


def test_a_destinations_file_that_cannot_be_read_is_named(kiosk: Kiosk) -> None:
    register(kiosk, "[usb.office")
    for deed in (kiosk.hand_over, kiosk.pick_up):
        with pytest.raises(BatchError, match="bad_destination"):
            deed()


def test_nothing_of_the_environment_is_used(
    kiosk: Kiosk, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    assert kiosk.hand_over().outcome == "done"


def test_the_answer_is_picked_up_from_each_server(kiosk: Kiosk, sshd: Sshd, bucket: Bucket, tmp_path: Path) -> None:
    register(kiosk, f"[sftp.one]\n{sshd.rule}[s3.two]\n{bucket.rule()}")
    carrier_keys.set_s3_credentials(kiosk.vault.kiosk_store, "two", KEY)
    assert (kiosk.hand_over("one").outcome, kiosk.hand_over("two").outcome) == ("done", "done")
    assert kiosk.pick_up("one") == kiosk.pick_up("two") == []
    answer = kiosk.answer(tmp_path / "office")
    bucket.client.put_object(Bucket=bucket.name, Key=f"out/{answer.name}", Body=answer.read_bytes()[:-3])
    with pytest.raises(BatchError, match="not_an_acknowledgement"):
        kiosk.pick_up("two")
    bucket.client.put_object(Bucket=bucket.name, Key=f"out/{answer.name}", Body=answer.read_bytes())
    (found,) = kiosk.pick_up("two")
    assert (found.is_new, found.window.state) == (True, WindowState.ACKNOWLEDGED)
    (sshd.folder / "out").mkdir()
    (sshd.folder / "out" / answer.name).write_bytes(answer.read_bytes())
    (again,) = second_waiting(kiosk).pick_up("one")
    assert again.is_new
    sshd.stop()
    with pytest.raises(BatchError, match="medium_lost"):
        second_waiting(kiosk).pick_up("one")


def test_killed_at_random_moments_of_an_sftp_put_it_is_done_again_whole(
    kiosk: Kiosk, sshd: Sshd, tmp_path: Path
) -> None:
    source = tmp_path / "a.mab"
    source.write_bytes(os.urandom(3_000_000))
    digest = sha256(source.read_bytes()).hexdigest()
    to = destination({"sftp": {"office": _parsed(sshd.rule)}}, "office")
    target = sshd.folder / "in/from the kiosks/a.mab"

    def run() -> None:
        open_medium(to, kiosk.vault.kiosk_store).put(source, digest, lambda done: None)

    for _ in range(6):
        kill_during(run, 0.5)
        assert not target.exists() or target.read_bytes() == source.read_bytes()
        run()
        assert [each.name for each in target.parent.iterdir()] == ["a.mab"]
        assert target.read_bytes() == source.read_bytes()
        target.unlink()


def test_of_two_runs_at_once_one_died_and_a_batch_cut_short_stood_under_its_name(
    kiosk: Kiosk, sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, real = tmp_path / "a.mab", sftp_medium._name
    source.write_bytes(os.urandom(3_000_000))
    digest = sha256(source.read_bytes()).hexdigest()
    to = destination({"sftp": {"office": _parsed(sshd.rule)}}, "office")
    first, second = (open_medium(to, kiosk.vault.kiosk_store) for _ in range(2))

    def die(done: int) -> None:
        if done > 1_000_000:
            raise KeyboardInterrupt

    def meanwhile(sftp: paramiko.SFTPClient, part: str, target: str) -> None:
        with pytest.raises(KeyboardInterrupt):
            second.put(source, digest, die)
        real(sftp, part, target)

    monkeypatch.setattr(sftp_medium, "_name", meanwhile)
    assert first.put(source, digest, lambda done: None)
    there = sshd.folder / "in/from the kiosks"
    assert [each.name for each in there.iterdir()] == ["a.mab"]
    assert (there / "a.mab").read_bytes() == source.read_bytes()


def test_a_run_that_died_does_not_fill_the_server_for_the_next(kiosk: Kiosk, sshd: Sshd, tmp_path: Path) -> None:
    source, there = tmp_path / "a.mab", sshd.folder / "in/from the kiosks"
    source.write_bytes(os.urandom(3_000_000))
    there.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(there)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a small disk")
    try:
        (there / ".a.mab.0123456789abcdef.part").write_bytes(bytes(2_000_000))
        medium = open_medium(destination({"sftp": {"a": _parsed(sshd.rule)}}, "a"), kiosk.vault.kiosk_store)
        digest = sha256(source.read_bytes()).hexdigest()
        with pytest.raises((StorageFull, BatchError)):  # sshd says no more than "Failure"
            medium.put(source, digest, lambda done: None)
        assert medium.put(source, digest, lambda done: None)
        assert [each.name for each in there.iterdir()] == ["a.mab"]
    finally:
        subprocess.run(["umount", str(there)], check=True)
