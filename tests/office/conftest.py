"""One PostgreSQL and one S3 server for all tests of the office; every test has a database and a prefix of its own."""

import logging
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office.places import Place
from tests.office.servers import S3, Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-postgres-"))  # pytest's own folders are shut to the user postgres
    folder.chmod(0o755)
    server = Postgres(folder / "cluster")
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "office")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "for tests")
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = S3()
        yield server
        server.stop()


@pytest.fixture
def database(postgres: Postgres) -> str:
    return postgres.database(f"test_{secrets.token_hex(4)}")


@pytest.fixture
def place(tmp_path: Path, database: str, s3: S3) -> Place:
    """A kiosk that seals, and an office with an empty database and an empty store."""
    return Place(tmp_path, database, s3)
