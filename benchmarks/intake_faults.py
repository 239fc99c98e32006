"""kill -9 at random moments of the office's intake, and spoilt batches offered to it; any harm ends it with an error.

PostgreSQL (fsync on) and the S3 server are real and stay; the intake is a process of its own. After each kill the
rows are all there with every photo, or none is; then the batch is taken in again and must be whole, once.
"""

import argparse
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.office.faults import Rig
from tests.office.places import Kiosk, Place
from tests.office.servers import S3, Postgres


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--mutations", type=int, default=10_000)
    given = parser.parse_args()
    os.environ.update(AWS_ACCESS_KEY_ID="office", AWS_EC2_METADATA_DISABLED="true")
    os.environ["AWS_SECRET_ACCESS_KEY"] = "for benchmarks"  # noqa: S105 - nothing lies behind it
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-faults-"))
    folder.chmod(0o755)
    postgres, s3 = Postgres(folder / "cluster"), S3()
    try:
        place = Place(folder / "place", postgres.database("faults"), s3, Kiosk(folder / "kiosk", many=8))
        rig = Rig(place, folder)
        print(f"{given.kills} kills, what was there after each: {rig.kills(given.kills, told)}")
        print(f"{given.mutations} spoilt copies, refused as: {rig.mutations(given.mutations)}; taken in: 0")
    finally:
        s3.stop()
        postgres.stop()
        shutil.rmtree(folder)


def told(number: int) -> None:
    """A sign of life."""
    print(f"\r{number}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
