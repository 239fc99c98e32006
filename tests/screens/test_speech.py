"""Reading aloud: a switch of the header, off by default, gone with the person; only our own words are spoken."""

import re
from pathlib import Path
from typing import cast

import pytest
from flask.testing import FlaskClient

from kiosk.app import create_app
from kiosk.clock import RandomIds
from kiosk.fakes import FixedClock, ToneSpeaker
from kiosk.settings import load_settings
from kiosk.speech import Voices
from kiosk.texts import catalogue, languages
from kiosk.wiring import Cameras, Services
from tests.builders import a_rehearsal_vault, a_window


@pytest.fixture
def speaker() -> ToneSpeaker:
    return ToneSpeaker()


@pytest.fixture
def services(tmp_path: Path, speaker: ToneSpeaker) -> Services:
    vault = a_rehearsal_vault(tmp_path)
    a_window(vault)
    return Services(load_settings(), FixedClock(), RandomIds(), vault, cast(Cameras, None), speaker=speaker)


@pytest.fixture
def screen(services: Services) -> FlaskClient:
    return create_app("applicant", ("applicant", "speech"), services.settings, services).test_client()


def token(screen: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', screen.get("/").text)
    assert found
    return found.group(1)


def press(screen: FlaskClient, switch: str) -> str:
    screen.post("/applicant/display", data={"csrf_token": token(screen), "display": switch, "back": "/"})
    return screen.get("/").text


def say(screen: FlaskClient, line: str, language: str = "ja") -> int:
    data = {"csrf_token": token(screen), "line": line, "language": language}
    answer = screen.post("/speech/line", data=data)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code


@pytest.mark.parametrize(("switch", "sign"), [("speech", "js/speech.js"), ("low", 'app-applicant low"')])
def test_switch_is_off_at_first_and_off_again_for_the_next_person(screen: FlaskClient, switch: str, sign: str) -> None:
    assert sign not in screen.get("/").text
    assert sign in press(screen, switch)
    screen.post("/applicant/finish", data={"csrf_token": token(screen)})
    assert sign not in screen.get("/").text


def test_switch_is_not_shown_without_a_voice(services: Services) -> None:
    services.speaker = Voices({})
    screen = create_app("applicant", ("applicant", "speech"), services.settings, services).test_client()
    page = screen.get("/").text
    assert 'value="speech"' not in page
    assert 'value="low"' in page
    assert say(screen, "はい") == 204


@pytest.mark.parametrize("language", languages())
def test_words_of_the_screen_are_spoken(screen: FlaskClient, speaker: ToneSpeaker, language: str) -> None:
    shown = re.sub(r"《[^》]*》|｜", "", catalogue(language)["applicant.title_consent"])
    assert say(screen, f"  {shown}\n", language) == 200
    assert speaker.said == [(language, shown)]


@pytest.mark.parametrize(
    "line",
    [
        "みほん　はなこ",
        "hanako@example.jp",
        "12345678901234567890123",
        "1234 5678 9012",
        "昭和61年5月14日",
        "🎉",
        "",
        "<b>",
        "あ" * 5000,
    ],
)
def test_nothing_typed_is_ever_spoken(screen: FlaskClient, speaker: ToneSpeaker, line: str) -> None:
    assert say(screen, line) == 204
    assert speaker.said == []


def test_a_text_with_a_gap_takes_a_name_of_ours_or_few_digits_and_nothing_else(
    screen: FlaskClient, speaker: ToneSpeaker
) -> None:
    used = catalogue("ja")["form_qr.error_already_used"]
    assert say(screen, used.format(time="10:32")) == 200
    assert say(screen, used.format(time="123456789012")) == 204
    assert say(screen, used.format(time="みほん")) == 204
    too_long = catalogue("ja")["applicant.error_too_long"]
    assert say(screen, too_long.format(most=60)) == 200


def test_japanese_terms_in_brackets_are_left_to_the_eye(screen: FlaskClient, speaker: ToneSpeaker) -> None:
    assert say(screen, catalogue("en")["applicant.label_form_id"], "en") == 200
    assert not re.search(r"[ぁ-ヺ一-龠（）]", speaker.said[0][1])


def test_speaking_takes_the_token_of_the_page(screen: FlaskClient) -> None:
    assert screen.post("/speech/line", data={"line": "はい"}).status_code == 400
    assert screen.get("/speech/line").status_code in (404, 405, 500)
