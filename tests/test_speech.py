"""Real voices: what they say is sound, of a length that fits the words, and leaves no file behind."""

import array
import io
import wave
from pathlib import Path

import pytest

from kiosk.speech import Voices, installed
from kiosk.texts import catalogue, languages

PACKAGES = {True: "open-jtalk open-jtalk-mecab-naist-jdic", False: "espeak-ng"}


def voices_for(language: str) -> Voices:
    voices = Voices()
    if not voices.speaks(language):
        pytest.skip(f"no voice for {language}: apt-get install {PACKAGES[language.startswith('ja')]}")
    return voices


def heard(sound: bytes) -> tuple[float, int]:
    """Seconds, and the loudest sample."""
    with wave.open(io.BytesIO(sound)) as wav:
        assert (wav.getnchannels(), wav.getsampwidth()) == (1, 2)
        samples = array.array("h", wav.readframes(wav.getnframes()))
        return wav.getnframes() / wav.getframerate(), max(map(abs, samples))


@pytest.mark.parametrize("language", languages())
def test_each_language_is_heard_for_as_long_as_its_words_take(language: str) -> None:
    voices = voices_for(language)
    short = voices.say(language, catalogue(language)["applicant.label_yes"].split("《")[0])
    long = voices.say(language, " ".join([catalogue(language)["applicant.note_welcome"]] * 4))
    assert short is not None
    assert long is not None
    seconds, loudest = heard(long)
    assert 3 < seconds < 40
    assert loudest > 3000
    assert 0.2 < heard(short)[0] < seconds / 2


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_looks_like_an_option_or_markup_is_only_words(language: str, tmp_path: Path) -> None:
    sound = voices_for(language).say(language, f"-w {tmp_path}/out.wav <audio src='x'/>")
    assert sound is not None
    assert list(tmp_path.iterdir()) == []


def test_without_engines_there_is_no_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert installed() == {}
    assert Voices().say("ja", "はい") is None


def test_an_engine_that_fails_or_says_nothing_is_no_sound() -> None:
    assert Voices({"ja": ("/bin/false",)}).say("ja", "はい") is None
    assert Voices({"ja": ("/bin/true",)}).say("ja", "はい") is None
    assert Voices({"ja": ("/nowhere",)}).say("ja", "はい") is None


def test_the_voice_is_the_published_file() -> None:
    from hashlib import sha256
    from importlib import resources

    folder = resources.files("kiosk.voices")
    digest = sha256(folder.joinpath("mei_normal.htsvoice").read_bytes()).hexdigest()
    assert digest in folder.joinpath("NOTICE.md").read_text("utf-8")
