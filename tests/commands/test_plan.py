"""``kiosk plan``: its JSON, its words, its exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kiosk.__main__ import main
from kiosk.rules import rules_text


def run(*words: str, **env: str) -> Result:
    return CliRunner().invoke(main, ["plan", *words], env=env)


def test_one_object_and_nothing_else() -> None:
    answer = run("--people", "8", "--hours", "2", "--json")
    assert answer.exit_code == 0, answer.output
    (line,) = answer.stdout.splitlines()
    found = json.loads(line)
    assert (found["people"], found["hours"], found["enough"]) == (8, 2.0, True)
    assert found["advised"] == {"stations": found["stations"], "staff": found["staff"]}
    assert found["wait_minutes"]["median"] <= found["wait_minutes"]["p90"] <= found["wait_minutes"]["longest"]
    assert {"stations", "staff", "enough", "busy"} <= set(found["choices"][0])


def test_too_few_stations_end_with_one_and_say_what_would_do() -> None:
    answer = run("--people", "40", "--hours", "2", "--stations", "1", "--json")
    assert answer.exit_code == 1
    found = json.loads(answer.stdout)
    assert (found["stations"], found["enough"]) == (1, False)
    assert found["advised"]["stations"] > 1


def test_words_in_the_language_of_the_shell() -> None:
    asked, none = ("--people", "10", "--hours", "2"), {"LC_ALL": "", "LC_MESSAGES": ""}
    assert "are enough" in run(*asked, **none, LANG="en_US.UTF-8").output
    assert "で足ります" in run(*asked, **none, LANG="ja_JP.UTF-8").output


def test_lc_all_goes_before_lang_and_was_not_looked_at() -> None:
    asked = ("--people", "10", "--hours", "2")
    assert "で足ります" in run(*asked, LC_ALL="ja_JP.UTF-8", LANG="en_US.UTF-8").output
    assert "are enough" in run(*asked, LC_ALL="C", LANG="ja_JP.UTF-8").output


def test_nine_of_ten_waited_thirteen_minutes_and_it_was_not_enough_without_a_reason() -> None:
    answer = run("--people", "60", "--hours", "4", "--stations", "1", LANG="en_US.UTF-8").output
    assert "on 95 of 100 days nine of ten people wait at most 15 min" in answer
    assert "Enough on 0 % of days only" in answer


def test_hard_questions_were_answered_with_twenty_lines_of_choices() -> None:
    given = ("--people", "40", "--hours", "0.5")
    answer = run(*given, LANG="en_US.UTF-8").output
    (best,) = [line for line in answer.splitlines() if line.startswith("  yes")]
    found = json.loads(run(*given, "--json").stdout)
    assert f"stations: {found['stations']}, staff: {found['staff']}." in best
    assert answer.count("\n  ") <= 3 < len(found["choices"])


def test_one_of_the_staff_was_advised_who_could_not_seal_alone() -> None:
    assert "two people" in run("--people", "2", "--hours", "2", LANG="en_US.UTF-8").output
    assert "Sealing" not in run("--people", "80", "--hours", "6", LANG="en_US.UTF-8").output


@pytest.mark.parametrize("hours", ["3:30", "3,5", "3時間半"])
def test_half_an_hour_was_written_as_people_write_it(hours: str) -> None:
    answer = run("--people", "10", "--hours", hours, LANG="en_US.UTF-8")
    assert answer.exit_code == 2
    assert "3.5 for three and a half" in answer.stderr


@pytest.mark.parametrize(
    "words",
    [("--people", "0", "--hours", "6"), ("--people", "10", "--hours", "0"), ("--people", "10", "--hours", "nan"),
     ("--people", "10", "--hours", "6", "--stations", "0"), ("--hours", "6"), ("--people", "ten", "--hours", "6")],
)  # fmt: skip
def test_wrong_usage_is_two(words: tuple[str, ...]) -> None:
    answer = run(*words)
    assert answer.exit_code == 2
    assert not answer.stdout


@pytest.mark.parametrize("text", ["[station]\nminutes = [9, 1, 2]", "not toml"])
def test_a_municipality_s_file_that_cannot_be_used_is_said_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.toml").write_text(text)
    (tmp_path / "kiosk.toml").write_text(f'rules = "{tmp_path}"')
    answer = run("--people", "10", "--hours", "2", "--config", str(tmp_path / "kiosk.toml"))
    assert answer.exit_code == 2
    assert "plan.toml" in answer.stderr


def test_the_municipality_s_own_minutes_count(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(rules_text("plan").replace("[3, 5, 12]", "[30, 40, 50]"))
    (tmp_path / "kiosk.toml").write_text(f'rules = "{tmp_path}"')
    slow = json.loads(run("--people", "8", "--hours", "2", "--json", "--config", str(tmp_path / "kiosk.toml")).stdout)
    usual = json.loads(run("--people", "8", "--hours", "2", "--json").stdout)
    assert slow["stations"] > usual["stations"]
    assert slow["staff"] > usual["staff"]
