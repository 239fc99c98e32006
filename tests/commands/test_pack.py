"""``kiosk pack`` writes three papers of a window, by the window's own choices."""

from pathlib import Path

from click.testing import CliRunner, Result

from kiosk.__main__ import main
from tests.commands.test_report import words


def run(data: Path, *given: str) -> Result:
    return CliRunner(env={"KIOSK_DATA": str(data)}).invoke(main, list(given))


def a_window(data: Path, *options: str) -> str:
    made = run(data, "window", "new", "--company", "見本工業", "--place", "会議室", "--date", "2026-12-17",
               "--head-count", "30", "--rehearsal", *options)  # fmt: skip
    assert made.exit_code == 0, made.output
    return made.stdout.split()[-1]


def test_three_papers_in_the_languages_and_by_the_rule_of_the_window(tmp_path: Path) -> None:
    window = a_window(
        tmp_path / "data", "--language", "pt", "--preset", "counter", "--other-cities", "not_accepted"
    )  # fmt: skip
    done = run(tmp_path / "data", "pack", window, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    names = [f"{window}-{name}.pdf" for name in ("poster", "flyer", "checklist")]
    assert done.stdout.split() == [str(tmp_path / "out" / name) for name in names]
    poster, flyer, checklist = (words(tmp_path / "out" / name) for name in names)
    assert "会議室" in poster
    assert "O que trazer" in flyer
    assert "What to bring" not in flyer
    assert "役所の窓口でお渡しします" in flyer
    assert "デモ市に住んでいる人だけ" in flyer
    assert "見本工業" in checklist
    assert "見本工業" not in poster + flyer


def test_a_municipality_s_own_rule_for_documents_had_no_words(tmp_path: Path) -> None:
    from kiosk.rules import rules_text

    (tmp_path / "identity.toml").write_text(rules_text("identity").replace("[presets.strict]", "[presets.own]").replace(
        'default_preset = "strict"', 'default_preset = "own"'))  # fmt: skip
    (tmp_path / "kiosk.toml").write_text(f'rules = "{tmp_path}"')
    window = a_window(tmp_path / "data")
    own = ("--config", str(tmp_path / "kiosk.toml"))
    done = run(tmp_path / "data", "pack", window, "--out", str(tmp_path / "out"), *own)
    assert done.exit_code == 0, done.output
    assert "下の案内" in words(tmp_path / "out" / f"{window}-flyer.pdf")


def test_rules_that_cannot_be_used_are_said_by_name_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text('[page]\nja = "city"')
    (tmp_path / "kiosk.toml").write_text(f'rules = "{tmp_path}"')
    window = a_window(tmp_path / "data")
    own = ("--config", str(tmp_path / "kiosk.toml"))
    done = run(tmp_path / "data", "pack", window, "--out", str(tmp_path / "out"), *own)
    assert done.exit_code == 1
    assert "pack.toml" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_window_that_is_not_there_is_said(tmp_path: Path) -> None:
    a_window(tmp_path / "data")
    assert run(tmp_path / "data", "pack", "20261217-none", "--out", str(tmp_path / "out")).exit_code == 1
