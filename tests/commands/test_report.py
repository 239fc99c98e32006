"""``kiosk report`` writes both papers in Japanese; the day sheet says that the clock was set back."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pypdfium2
from click.testing import CliRunner

from kiosk.__main__ import main
from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_OPERATOR
from tests.builders import a_rehearsal_vault, a_window, an_application


def words(path: Path) -> str:
    """All text of a PDF."""
    document = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def test_both_papers_are_written_and_say_that_the_clock_went_back(tmp_path: Path) -> None:
    vault = a_rehearsal_vault(tmp_path / "data")
    window = a_window(vault)
    store = vault.window_store(window.id)
    for _ in range(3):
        an_application(store, ApplicationState.ACCEPTED, answers={"contact_name": "見本 花子"})
    back = datetime.fromisoformat("2026-11-24T08:00:00+09:00")
    for step in (0, 90, 5):  # minutes: on, then back by 85
        at = (back + timedelta(minutes=step)).isoformat(timespec="milliseconds")
        vault.kiosk_store.audit.append("claimed", REHEARSAL_OPERATOR, "x", at=at)
    assert vault.kiosk_store.audit.verify() > 3
    vault.lock()

    out = tmp_path / "papers"
    done = CliRunner(env={"KIOSK_DATA": str(tmp_path / "data")}).invoke(main, ["report", window.id, "--out", str(out)])
    assert done.exit_code == 0, done.output
    sheet, report = (words(out / f"{window.id}-{name}.pdf") for name in ("day-sheet", "company-report"))
    assert "見本工業" in sheet
    assert "見本工業" in report
    assert "時計" in sheet
    assert "見本 花子" not in sheet + report


def test_papers_could_be_read_by_every_account(tmp_path: Path) -> None:
    vault = a_rehearsal_vault(tmp_path / "data")
    window = a_window(vault)
    vault.lock()
    out, before = tmp_path / "papers", os.umask(0o022)
    try:
        done = CliRunner(env={"KIOSK_DATA": str(tmp_path / "data")}).invoke(
            main, ["report", window.id, "--out", str(out)]
        )
        assert done.exit_code == 0, done.output
        assert [path for path in [out, *out.iterdir()] if path.stat().st_mode & 0o077] == []
    finally:
        assert os.umask(before) == 0o022


def test_an_unknown_window_is_said_in_words(tmp_path: Path) -> None:
    a_rehearsal_vault(tmp_path / "data").lock()
    done = CliRunner(env={"KIOSK_DATA": str(tmp_path / "data")}).invoke(
        main, ["report", "none", "--out", str(tmp_path)]
    )
    assert done.exit_code == 1
    assert "no such window" in done.output
