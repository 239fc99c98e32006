"""A rule file that cannot be used is said when the kiosk starts, by its name, not when a person stands there."""

import re
from pathlib import Path

import pytest

from kiosk.actions.rules_check import check_rules
from kiosk.rules import rules_text
from kiosk.settings import Settings, SettingsError
from tests.conftest import kiosk


def own(folder: Path, name: str, text: str) -> Settings:
    (folder / f"{name}.toml").write_text(text, "utf-8")
    return Settings(rules=str(folder))


def test_the_rules_of_the_package_can_be_used() -> None:
    check_rules(Settings())


def test_an_older_copy_without_a_cause_is_named(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^city_not_accepted.*\n", "", rules_text("identity"))
    with pytest.raises(SettingsError, match=r"identity.toml lack city_not_accepted"):
        check_rules(own(tmp_path, "identity", text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("identity", "version = ["),
        ("applicant", ""),
        ("photo", "version = ["),
        ("identity", "causes = 3"),
        ("destinations", "[usb.office"),
        ("destinations", "usb = 3"),
        ("columns", "version = ["),
        ("columns", 'version = "1"'),
        ("columns", "profile = 3"),
        ("columns", "[profile]"),
        ("columns", "[profile.ours]\ncolumn = []"),
        ("columns", '[profile.ours]\ncolumn = ["uid"]'),
        ("columns", '[profile.ours]\ncolumn = [{ header = "uid" }]'),
        ("columns", '[profile.ours]\ncolumn = [{ header = "uid", from = "a.b.c.d.e.f.g.h.i" }]'),
        ("columns", '[profile.ours]\ncp932 = "yes"\ncolumn = [{ header = "uid", from = "uid" }]'),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}.toml"):
        check_rules(own(tmp_path, name, text))


def test_an_exception_that_is_no_option_is_named(tmp_path: Path) -> None:
    text = rules_text("applicant").replace('exceptions = ["both", ', 'exceptions = ["bth", ')
    with pytest.raises(SettingsError, match=r"applicant.toml cannot be used: certificates: an exception"):
        check_rules(own(tmp_path, "applicant", text))


@pytest.mark.parametrize(
    ("ours", "theirs", "named"),
    [
        ('key = "too_early"', 'key = "not_today"', "stop not_today"),
        ('key = "braille"', 'key = "shoe_size"', "item shoe_size"),
        ('"mother", ', '"aunt", ', "item representative_relation"),
    ],
)
def test_a_question_or_stop_without_words_broke_the_page_before_the_person(
    tmp_path: Path, ours: str, theirs: str, named: str
) -> None:
    text = rules_text("applicant").replace(ours, theirs)
    with pytest.raises(SettingsError, match=f"applicant.toml cannot be used: {named}: no screen has words for it"):
        check_rules(own(tmp_path, "applicant", text))


def test_serve_refuses_to_start_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "identity.toml").write_text("version = [", "utf-8")
    config = tmp_path / "kiosk.toml"
    config.write_text(f'rules = "{tmp_path}"\n', "utf-8")
    answer = kiosk("serve", "--config", str(config), data=tmp_path / "data")
    assert answer.returncode == 2
    assert "identity.toml" in answer.stderr
    assert "Traceback" not in answer.stderr
