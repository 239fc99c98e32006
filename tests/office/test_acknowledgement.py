"""The answers' folder: one file a batch, whatever it is called."""

from pathlib import Path

from kiosk.batch_file.reader import Checked, check_file
from kiosk.clock import SystemClock
from kiosk.office.acknowledgement import acknowledge, lay, signed
from tests.store.test_batch_file import DEVICE, OFFICE, a_row, lines, with_rows


def a_batch(folder: Path, call: str) -> Checked:
    """A batch whose window and sequence, and so whose name, are always the same."""
    path = with_rows(folder / f"{call}.mab", lines([a_row("u0", call_number=call)]), [], applications=1, paper_form=1)
    return check_file(path, [OFFICE])


def test_the_answer_to_another_batch_of_the_same_name_was_written_over(tmp_path: Path) -> None:
    at, folder = SystemClock().now(), tmp_path / "ack"
    one, two = a_batch(tmp_path, "A-1"), a_batch(tmp_path, "A-2")
    answers = [signed(each, DEVICE, at) for each in (one, two)]
    first, second = (lay(each, data, folder) for each, data in zip((one, two), answers, strict=True))
    assert second.name == f"{first.stem}-{two.sha256[:8]}.ack"
    assert [first.read_bytes(), second.read_bytes()] == answers
    assert lay(two, answers[1], folder) == acknowledge(two, DEVICE, at, folder) == second
    assert lay(one, answers[0], folder) == acknowledge(one, DEVICE, at, folder) == first
    assert len(list(folder.iterdir())) == 2
