"""What the rows add up to, counted as they pass and held against the manifest."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from kiosk.batch_file.manifest import ROWS
from kiosk.batch_file.rows import MOST_LINE, row
from kiosk.batch_file.same_rows import SameRows
from kiosk.batch_file.table import MOST_BYTES, TABLES, Table
from kiosk.domain.batch import KINDS, Manifest, Member
from kiosk.domain.errors import BatchError

PHOTOS = "photos/"


class Tally:
    """The rows of one batch; every fault is BatchError ``altered``."""

    def __init__(self) -> None:
        self._rest = b""
        self._photos: list[tuple[str, str]] = []
        self._uids: set[str] = set()
        self._found: Counter[str] = Counter()
        self._same = SameRows()

    def watch(self, member: Member, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The member's bytes as they are; its rows and cells are looked at before they are handed on."""
        if member.name in TABLES:
            yield from self._table(member, chunks)
            return
        for chunk in chunks:
            if member.name == ROWS:
                self._lines(chunk)
            yield chunk
        if member.name == ROWS:
            self._same.finish(ROWS)

    def _table(self, member: Member, chunks: Iterator[bytes]) -> Iterator[bytes]:
        table = Table(TABLES[member.name], partial(self._same.record, member.name))
        if member.size > MOST_BYTES:
            raise BatchError("altered")
        for chunk in chunks:
            table.take(chunk)
            yield chunk
        table.finish()
        self._same.finish(member.name)

    def _lines(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > MOST_LINE or any(len(line) > MOST_LINE for line in lines):
            raise BatchError("altered")
        for line in lines:
            self._row(line)

    def _row(self, line: bytes) -> None:
        found = row(line)
        if found["uid"] in self._uids:
            raise BatchError("altered")
        self._uids.add(found["uid"])
        self._same.row(found)
        self._found.update(["applications", found["counted_as"], *(["out_of_city"] if found["out_of_city"] else [])])
        if found["photo"]:
            self._photos.append((found["photo"]["file"], found["photo"]["sha256"]))

    def check(self, found: Manifest) -> None:
        """Hold the manifest's counts, photos and corrections against the rows that passed."""
        photos = [(each.name, each.sha256) for each in found.members if each.name.startswith(PHOTOS)]
        counted = {name: self._found[name] for name in ("applications", "out_of_city", *KINDS)}
        again = {uid for each in found.supersedes for uid in each["replaced"]}
        gone = {uid for each in found.supersedes for uid in each["withdrawn"]}
        if self._rest or photos != self._photos or found.counts != counted:
            raise BatchError("altered")
        if not again <= self._uids or gone & self._uids:
            raise BatchError("altered")
