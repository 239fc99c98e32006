"""Ten people, each for the first time at the screen, one after the other on one running ``kiosk demo``, by touch."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from kiosk.actions.applicant import applicant_rules
from kiosk.actions.form_qr import REISSUE_WANTED
from kiosk.clock import SystemClock
from kiosk.domain.applicant import WITHOUT_FORM, staff_flags
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationState
from kiosk.settings import load_settings
from kiosk.store.vault import Vault
from kiosk.store.window_file import WindowStore
from kiosk.texts import translator
from tests.conftest import running
from tests.visit import ApplicantVisit
from tests.visitors import LICENCE_NUMBER, NO_FORM_DIGITS, RIGHT_FORM_DIGITS, Visitor, come, ten_visitors

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SETTINGS = load_settings()
TODAY = SystemClock(SETTINGS.time_zone).today()


@dataclass
class Kept:
    """What the kiosk keeps of one person, read from its own encrypted file, and the visit it came from."""

    visitor: Visitor
    visit: ApplicantVisit
    application: Application
    has_photo: bool

    @property
    def answers(self) -> dict[str, object]:
        return dict(self.application.answers)

    @property
    def flags(self) -> list[str]:
        return staff_flags(self.answers, applicant_rules(SETTINGS), TODAY)


@pytest.fixture(scope="module")
def came(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Kept]]:
    """All ten have been at the window."""
    data = tmp_path_factory.mktemp("ten") / "data"
    with running("demo", "--port", "0", "--no-browser", "--data", str(data), data=data) as demo:
        visits = [(visitor, *come(browser, demo, visitor)) for visitor in ten_visitors(TODAY)]
        kept = [Kept(visitor, visit, *the_application(data, call)) for visitor, visit, call in visits]
        assert_nothing_personal_in("".join(demo.log), kept)
        yield {each.visitor.name: each for each in kept}


@contextmanager
def the_store(data: Path) -> Iterator[WindowStore]:
    """The file of the demo's only window."""
    vault = Vault(data)
    (window,) = vault.kiosk_store.windows.list()
    yield vault.window_store(window.id)
    vault.lock()


def the_application(data: Path, call_number: str) -> tuple[Application, bool]:
    with the_store(data) as store:
        application = store.applications.by_call_number(call_number)
        assert application is not None
        return application, store.photos.has(application.uid)


def assert_nothing_personal_in(log: str, kept: list[Kept]) -> None:
    """Nothing a person typed or showed reaches what the server prints."""
    for each in kept:
        for value in (each.application.form_id, each.answers["contact_name"], each.answers["mail"]):
            assert not value or str(value) not in log


def test_everybody_came_to_the_end(came: dict[str, Kept]) -> None:
    assert len(came) == 10
    for name, each in came.items():
        assert each.application.state is ApplicationState.SUBMITTED, name
        assert {key: each.answers.get(key) for key in each.visitor.asked} == expected(each.visitor), name
        complaints = [line for line in each.visit.complaints if "status of 422" not in line]
        assert complaints == [], name


def expected(visitor: Visitor) -> dict[str, str]:
    """The answers to what was asked, as they have to be kept."""
    return {key: as_kept(visitor.answers[key]) for key in visitor.asked}


def as_kept(answer: str) -> str:
    era, *parts = answer.split(" ")
    if era == "昭和":
        return f"{1925 + int(parts[0])}-{int(parts[1]):02d}-{int(parts[2]):02d}"
    return "-".join(parts) if era == "西暦" else answer


def test_nobody_is_asked_what_does_not_apply(came: dict[str, Kept]) -> None:
    only_some = {
        "card_expiry", "driving_licence", "licence_way", "licence_number", "old_card", "other_municipality",
        "representative_present", "representative_name", "representative_relation", "photo_exception_reason",
    }  # fmt: skip
    assert not only_some & set(came["first card"].visitor.asked)
    assert only_some & set(came["resident of another city"].visitor.asked) == {"other_municipality"}


def test_first_card_has_form_and_photo(came: dict[str, Kept]) -> None:
    first = came["first card"]
    assert len(first.application.form_id or "") == 23
    assert (first.has_photo, first.flags) == (True, [])


def test_licence_on_the_card_gets_its_number_kept_and_needs_the_signature_certificate(came: dict[str, Kept]) -> None:
    renewal = came["renewal with a licence on the card"]
    assert renewal.answers["licence_number"] == LICENCE_NUMBER
    assert renewal.visit.offered["certificates"] == ["both", "signature_only"]


def test_child_has_a_representative_and_no_signature_certificate(came: dict[str, Kept]) -> None:
    child = came["child of 9 with mother"]
    assert child.answers["representative_relation"] == "mother"
    assert child.visit.offered["certificates"] == ["authentication_only", "none"]
    assert child.has_photo
    assert "applying_as" not in child.visitor.asked


def test_baby_has_no_photo_and_no_question_about_one(came: dict[str, Kept]) -> None:
    baby = came["baby of 8 months"]
    assert not baby.has_photo
    assert "photo_exception" not in baby.visitor.asked
    assert baby.answers["representative_name"] == "みほん　はは"


def test_unknown_day_of_birth_is_kept_and_staff_are_told(came: dict[str, Kept]) -> None:
    resident = came["limited stay, day of birth unknown"]
    assert resident.answers["birth_date"] == "1985-04-00"
    assert resident.answers["contact_name"] == "Sample Ana"
    assert resident.application.language == "en"
    assert "birth_date_unknown" in resident.flags


def test_wrong_and_used_forms_are_said_to_be_so(came: dict[str, Kept]) -> None:
    wrong = came["wrong forms first"]
    t = translator("ja")
    other, used = wrong.visitor.seen[:2]
    assert other == t("form_qr.error_other_code")
    assert re.fullmatch(t("form_qr.error_already_used", time=r"\d\d:\d\d"), used)
    assert wrong.application.form_id == RIGHT_FORM_DIGITS


def test_old_address_goes_on_by_hand_and_a_new_form_is_noted(came: dict[str, Kept]) -> None:
    old = came["old address on the form"]
    assert old.application.form_id is None
    assert old.answers[WITHOUT_FORM] == "yes"
    assert old.answers[REISSUE_WANTED] == "old_address"


def test_language_in_the_middle_loses_nothing(came: dict[str, Kept]) -> None:
    other = came["another language"]
    assert other.application.language == "ko"
    assert other.visitor.seen[0] == other.answers["contact_name"] == "みほん"


def test_form_without_a_code_is_keyed_twice(came: dict[str, Kept]) -> None:
    assert came["form without a code"].application.form_id == NO_FORM_DIGITS
