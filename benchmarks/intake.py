"""The office's intake against bare COPY and bare object puts of the same rows and photos, with one worker and two.

Everything is real and on this machine, in one run: a PostgreSQL cluster (fsync on), moto's S3 server in a process of
its own, a folder on the disk, batches sealed by a kiosk. Bare is what no intake could do without: `copy` of the rows
into one table without an index, and puts of the photos from plain files, as many at a time as ours, with nothing
decrypted, checked or compared. Each worker is a process of its own; its start is not counted. Two workers take one
batch each.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import psycopg

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.seal import fill
from kiosk.batch_file.reader import check_file
from kiosk.clock import SystemClock
from kiosk.commands.key_files import identities_in, signing_key_beside
from kiosk.office.database import Side, connected
from kiosk.office.intake import Office, take_in
from kiosk.office.object_store import open_store
from tests.office.servers import Postgres, free_port

LANES = 8


@dataclass(frozen=True)
class Batch:
    """A sealed batch, and the same rows and photos as plain files."""

    file: Path
    identity: Path
    plain: Path


# What a worker does


def ours(batch: Batch, database: str, store: str) -> Callable[[], None]:
    """The intake as ``kiosk intake-worker`` does it."""
    identities, key = identities_in(batch.identity), signing_key_beside(batch.identity)
    office = Office(database, open_store(store), identities, key, SystemClock(), lanes=LANES, rehearsal=True)
    with connected(database, Side.PRACTICE):
        """The tables are there."""

    def work() -> None:
        assert take_in(office, batch.file).is_new

    return work


def only_check(batch: Batch, database: str, store: str) -> Callable[[], None]:
    """The reader alone, once: what each of the intake's two whole readings costs."""
    identities = identities_in(batch.identity)

    def work() -> None:
        check_file(batch.file, identities)

    return work


def bare(batch: Batch, database: str, store: str) -> Callable[[], None]:
    """COPY and puts, nothing else."""
    put = _bare_s3(store) if store.startswith("s3:") else _bare_folder(store)
    with psycopg.connect(database) as connection:
        connection.execute("create table if not exists bare (content json)")

    def work() -> None:
        with psycopg.connect(database) as connection:
            with connection.cursor().copy("copy bare from stdin") as copy:
                for line in (batch.plain / "rows").read_text("utf-8").splitlines():
                    copy.write_row((line,))
            with ThreadPoolExecutor(LANES) as pool:
                list(pool.map(put, sorted((batch.plain / "photos").iterdir())))

    return work


def _bare_s3(store: str) -> Callable[[Path], None]:
    parts = urlsplit(store)
    client = boto3.client("s3", endpoint_url=parts.query.removeprefix("endpoint="), region_name="us-east-1")

    def put(path: Path) -> None:
        client.put_object(Bucket=parts.netloc, Key=f"{parts.path.strip('/')}/{path.name}", Body=path.read_bytes())

    return put


def _bare_folder(store: str) -> Callable[[Path], None]:
    folder = Path(urlsplit(store).path)
    folder.mkdir(parents=True)

    def put(path: Path) -> None:
        with (folder / path.name).open("wb") as file:
            file.write(path.read_bytes())
            file.flush()
            os.fsync(file.fileno())

    return put


DEEDS = {"bare": bare, "ours": ours, "check": only_check}


def worker(words: list[str]) -> None:
    """Be a worker: get ready, wait for the word, work, say what it took."""
    deed, file, identity, plain, database, store = words
    work = DEEDS[deed](Batch(Path(file), Path(identity), Path(plain)), database, store)
    print("ready", flush=True)
    sys.stdin.readline()
    before, began = time.process_time(), time.monotonic()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([time.monotonic() - began, time.process_time() - before, peak]), flush=True)


# The run


@contextmanager
def s3_server() -> Iterator[str]:
    """moto's server in a process of its own; gives its endpoint."""
    os.environ.update(AWS_ACCESS_KEY_ID="office", AWS_EC2_METADATA_DISABLED="true")
    os.environ["AWS_SECRET_ACCESS_KEY"] = "for benchmarks"  # noqa: S105 - nothing lies behind it
    endpoint = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-c", "from moto.server import main; main()", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    try:
        while True:
            try:
                client.create_bucket(Bucket="office")
                break
            except Exception:  # noqa: BLE001 - it is not up yet
                time.sleep(0.3)
        yield endpoint
    finally:
        process.kill()
        process.wait()


class Run:
    """Fresh databases and stores for every measurement."""

    def __init__(self, folder: Path, postgres: Postgres, endpoint: str) -> None:
        self.folder, self.postgres, self.endpoint, self.number = folder, postgres, endpoint, 0

    def measure(self, deed: str, kind: str, batches: list[Batch]) -> tuple[float, float, float]:
        """Wall seconds of the slowest, CPU seconds of all workers (not the servers), peak megabytes of one."""
        self.number += 1
        database = self.postgres.database(f"bench_{self.number}")
        store = f"s3://office/{self.number}?endpoint={self.endpoint}"
        if kind == "folder":
            store = f"file://{self.folder}/store-{self.number}"
        started = [self._start(deed, batch, database, store) for batch in batches]
        for process in started:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [json.loads(process.communicate()[0]) for process in started]
        return max(each[0] for each in said), sum(each[1] for each in said), max(each[2] for each in said)

    def _start(self, deed: str, batch: Batch, database: str, store: str) -> "subprocess.Popen[str]":
        if deed == "bare" and kind_of(store) == "folder":
            store += f"/{batch.file.stem}"
        words = [deed, batch.file, batch.identity, batch.plain, database, store]
        command = [sys.executable, __file__, "worker", *map(str, words)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process


def kind_of(store: str) -> str:
    """``s3`` or ``folder``."""
    return "folder" if store.startswith("file:") else "s3"


def a_batch(folder: Path, many: int, size: int) -> Batch:
    """A practice kiosk's window of so many applications, sealed; its rows and photos as plain files as well."""
    data, plain = folder / "data", folder / "plain"
    window = fill(data, plain, many, size)
    seal = [sys.executable, "-m", "kiosk", "seal", window, "--out", str(folder / "out")]
    subprocess.run(seal, env=os.environ | {"KIOSK_DATA": str(data)}, check=True, stdout=subprocess.DEVNULL)
    (file,) = (folder / "out").iterdir()
    batch = Batch(file, data / "rehearsal-identity.txt", plain)

    def keep(name: str, chunks: Iterator[bytes]) -> None:
        found = b"".join(chunks)
        if name == "applications.jsonl":
            (plain / "rows").write_bytes(found)

    check_file(file, identities_in(batch.identity), keep=keep)
    return batch


def table(run: Run, batches: list[Batch], many: int, rounds: int) -> None:
    """Every measurement in turn, so often; medians, and the ratios of the same run."""
    print(
        f"{many} applications a batch, {LANES} puts at a time, median of {rounds} rounds, load {os.getloadavg()[0]:.1f}"
    )
    print("store   what            wall s   applics/s   CPU s of workers   peak MB")
    for kind in ("s3", "folder"):
        plan = {"bare": ("bare", 1), "intake": ("ours", 1), "intake, two": ("ours", 2)}
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in plan}
        for _ in range(rounds):
            for name, (deed, workers) in plan.items():
                found[name].append(run.measure(deed, kind, batches[:workers]))
        speed = {}
        for name, (_, workers) in plan.items():
            wall, cpu, peak = (statistics.median(each) for each in zip(*found[name], strict=True))
            speed[name] = workers * many / wall
            print(f"{kind:7} {name:13} {wall:8.2f} {speed[name]:11.0f} {cpu:18.2f} {peak:9.0f}")
        ratio, scaling = speed["intake"] / speed["bare"], speed["intake, two"] / speed["intake"]
        print(f"{kind:7} intake / bare {ratio:.2f}; two workers / one {scaling:.2f}")
    wall, cpu, _ = run.measure("check", "folder", batches[:1])
    print(f"        reading and checking alone {wall:.2f} s, {cpu:.2f} CPU s")


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["worker"]:
        return worker(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=300)
    parser.add_argument("--photo-bytes", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as name, s3_server() as endpoint:
        folder = Path(name)
        folder.chmod(0o755)
        postgres = Postgres(folder / "cluster")
        try:
            batches = [a_batch(folder / side, given.applications, given.photo_bytes) for side in ("a", "b")]
            table(Run(folder, postgres, endpoint), batches, given.applications, given.rounds)
        finally:
            postgres.stop()
    return None


if __name__ == "__main__":
    main()
