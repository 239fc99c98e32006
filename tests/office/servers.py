"""Real servers for the office's tests: a PostgreSQL cluster in a temporary folder, an S3 server on loopback."""

import glob
import os
import shutil
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """A cluster made by initdb, run by pg_ctl; as root by the user ``postgres``, since PostgreSQL refuses root."""

    def __init__(self, folder: Path) -> None:
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))  # noqa: PTH207 - a place outside the project
        if not found:
            pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
        self._bin, self.folder, self.port = Path(found[-1]), folder, free_port()
        folder.mkdir(mode=0o755)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-D", folder / "data", "-A", "trust", "-U", "office", "-E", "UTF8", "--locale=C", "-N")
        self.start()

    @property
    def url(self) -> str:
        """Where the maintenance database is."""
        return f"postgresql://office@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """At once, as when the power fails."""
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")

    def database(self, name: str) -> str:
        """A fresh database; gives its URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'create database "{name}"')
        return f"postgresql://office@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *words: object) -> None:
        command = [str(self._bin / program), *map(str, words)]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


class S3:
    """moto's server on loopback, with one bucket; ``stop`` and ``start`` keep port and objects."""

    def __init__(self) -> None:
        from moto.server import ThreadedMotoServer

        self._make = ThreadedMotoServer
        self.port = free_port()
        self.start()
        self.client.create_bucket(Bucket="office")

    def start(self) -> None:
        self._server = self._make(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    @property
    def client(self):  # type: ignore[no-untyped-def]
        import boto3

        return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1")

    def url(self, prefix: str) -> str:
        """A store of its own inside the bucket."""
        return f"s3://office/{prefix}?endpoint=http://127.0.0.1:{self.port}"

    def keys(self, prefix: str) -> list[str]:
        found = self.client.list_objects_v2(Bucket="office", Prefix=f"{prefix}/").get("Contents", [])
        return sorted(each["Key"].removeprefix(f"{prefix}/") for each in found)
