"""The live guide: steady words, a hold, a countdown, the burst; and the frame kept of a burst."""

from dataclasses import dataclass
from itertools import pairwise

import pytest

from kiosk.domain.photo import Measured, Verdict, judge
from kiosk.domain.photo_guide import HOLD_STILL, LOOK_HERE, Guidance, PhotoGuide, ShotQuality, best_of
from kiosk.domain.photo_limits import Exceptions, GuideTimes, Limit, PhotoLimits

LIMITS = PhotoLimits(
    "test",
    {
        "Turn": Limit(fail_max=1, reason_high="head_turned"),
        "Glare": Limit(warn_max=1, reason_high="glasses_glare"),
        "Dark": Limit(fail_max=1, reason_high="too_dark"),
        "Cast": Limit(warn_max=1, reason_high="colour_cast"),
    },
    Exceptions({}),
)
STEP = 1 / 15


def seen(**bad: float) -> Verdict:
    return judge([Measured(name, value, "") for name, value in bad.items()], LIMITS)


GOOD, TURNED, GLARE, DARK = seen(), seen(Turn=2), seen(Glare=2), seen(Dark=2)


@dataclass
class Show:
    """A guide fed at 15 frames a second."""

    guide: PhotoGuide
    now: float = 100.0

    def feed(self, verdict: Verdict, seconds: float) -> list[Guidance]:
        shown = []
        for _ in range(max(1, round(seconds / STEP))):
            self.now += STEP
            shown.append(self.guide.feed(verdict, self.now))
        return shown


@pytest.fixture
def show() -> Show:
    return Show(PhotoGuide(GuideTimes()))


def test_a_good_face_held_still_is_counted_down_and_taken(show: Show) -> None:
    phases = [g.phase for g in show.feed(GOOD, 6)]
    assert phases.index("countdown") * STEP == pytest.approx(0.7, abs=0.1)
    assert (phases.index("burst") - phases.index("countdown")) * STEP == pytest.approx(3.0, abs=0.1)


def test_the_countdown_says_three_two_one(show: Show) -> None:
    counts = [g.countdown for g in show.feed(GOOD, 3.5) if g.phase == "countdown"]
    assert sorted(set(counts), reverse=True) == [3, 2, 1]
    assert counts == sorted(counts, reverse=True)


def test_a_hard_fault_never_fires(show: Show) -> None:
    shown = show.feed(TURNED, 30)
    assert {g.phase for g in shown} == {"looking"}
    assert shown[-1].instruction == "head_turned"
    assert shown[-1].colour == "red"


def test_a_warning_fires_only_after_it_was_shown_long_enough(show: Show) -> None:
    shown = show.feed(GLARE, 15)
    counted = next(i for i, g in enumerate(shown) if g.phase == "countdown") * STEP
    assert counted == pytest.approx(6 + 2, abs=0.2)
    assert shown[10].instruction == "glasses_glare"
    assert shown[10].colour == "amber"


def test_a_blink_does_not_start_the_hold_anew(show: Show) -> None:
    show.feed(GOOD, 0.5)
    show.feed(seen(Turn=2), 0.15)
    assert show.feed(GOOD, 0.3)[-1].phase == "countdown"


def test_turning_away_in_the_countdown_stops_it(show: Show) -> None:
    assert show.feed(GOOD, 2)[-1].phase == "countdown"
    shown = show.feed(TURNED, 1)
    assert shown[-1].phase == "looking"
    assert "burst" not in {g.phase for g in shown}


def test_words_do_not_flicker_when_two_faults_alternate(show: Show) -> None:
    show.feed(TURNED, 1)
    shown = [show.feed(DARK if i % 2 else TURNED, STEP)[0].instruction for i in range(60)]
    assert set(shown) == {"head_turned"}


def test_words_stay_readable_for_half_a_second(show: Show) -> None:
    words = [g.instruction for v in (TURNED, DARK, GLARE) * 3 for g in show.feed(v, 0.4)]
    changes = [i for i in range(1, len(words)) if words[i] != words[i - 1]]
    assert all((b - a) * STEP >= 0.45 for a, b in pairwise(changes))


def test_the_most_useful_fault_is_told_first(show: Show) -> None:
    both = judge([Measured("Turn", 2, ""), Measured("Dark", 2, "")], LIMITS)
    assert show.feed(both, 1)[-1].instruction == "too_dark"
    fault_and_warning = judge([Measured("Turn", 2, ""), Measured("Glare", 2, "")], LIMITS)
    assert show.feed(fault_and_warning, 1.5)[-1].instruction == "head_turned"


def test_holding_says_hold_still_and_then_look_here(show: Show) -> None:
    assert show.feed(GOOD, 0.6)[-1].instruction == HOLD_STILL
    assert show.feed(GOOD, 0.6)[-1].instruction == LOOK_HERE


def test_restart_forgets_the_person_before(show: Show) -> None:
    show.feed(GOOD, 2)
    show.guide.restart()
    assert show.feed(GOOD, 0.2)[-1].phase == "holding"


def test_nobody_there_is_no_fault_of_anybody(show: Show) -> None:
    limits = PhotoLimits("t", {"N": Limit(fail_min=1, reason_low="no_face")}, Exceptions({}))
    nobody = judge([Measured("N", 0, "")], limits)
    assert show.feed(nobody, 1)[-1].colour == "neutral"


def test_the_best_of_a_burst_has_open_eyes_then_is_sharp_and_straight() -> None:
    shots = {
        "blinking": ShotQuality(1.6, 0.01, 1.0),
        "blurred": ShotQuality(1.0, 0.06, 1.0),
        "turned": ShotQuality(1.5, 0.06, 15.0),
        "good": ShotQuality(1.5, 0.055, 2.0),
    }
    assert best_of(list(shots), shots.__getitem__) == "good"
    assert best_of([], shots.__getitem__) is None
    assert best_of(["unmeasured"], lambda _: ShotQuality(None, None, None)) == "unmeasured"


def test_a_picture_too_dark_to_find_a_face_says_so(show: Show) -> None:
    limits = PhotoLimits(
        "test",
        {"Faces": Limit(fail_min=1, reason_low="no_face"), "Dark": Limit(fail_max=1, reason_high="too_dark")},
        Exceptions({}),
    )
    unseen = judge([Measured("Faces", 0, ""), Measured("Dark", 2, "")], limits)
    assert show.feed(unseen, 2)[-1].instruction == "too_dark"


def test_reasons_that_take_turns_do_not_leave_an_old_instruction_for_ever(show: Show) -> None:
    assert show.feed(seen(), 0.1)[-1].phase != "burst"
    show.guide.restart()
    said = [show.feed(verdict, STEP)[0].instruction for _ in range(20) for verdict in (TURNED, DARK)]
    assert said[-1] in ("head_turned", "too_dark")
    assert sum(a != b for a, b in pairwise(said)) <= 3, "and still it does not flicker"


@pytest.mark.parametrize("interval", [0.5, 1.0, 2.0])
def test_a_slow_camera_gets_its_instruction_within_two_frames(show: Show, interval: float) -> None:
    show.guide.feed(DARK, 100.0)
    assert show.guide.feed(DARK, 100.0 + interval).instruction == "too_dark"


def test_a_warning_that_staff_pass_is_not_waited_for(show: Show) -> None:
    show.guide.pass_warnings()
    assert [g.phase for g in show.feed(GLARE, 1.0)][-1] == "countdown"
    show.guide.restart()
    assert [g.phase for g in show.feed(GLARE, 1.0)][-1] == "looking", "for one photo only"
