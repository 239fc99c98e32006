"""The day in numbers promises: first tries count once, stretches run from event to event, hours have no gaps."""

from kiosk.domain.states import ApplicationEvent, ApplicationState
from kiosk.domain.statistics import day, times_set_back

_A, _E = ApplicationState, ApplicationEvent


def at(clock: str) -> str:
    return f"2026-11-24T{clock}:00.000+09:00"


def attempt(uid: str, verdict: str, *reasons: str, seconds: float = 5.0, accepted: bool = False) -> dict[str, object]:
    return {"uid": uid, "verdict": verdict, "reasons": list(reasons), "seconds": seconds, "accepted": accepted}


COUNTS = dict.fromkeys(ApplicationState, 0) | {_A.ACCEPTED: 2, _A.ABANDONED: 1}
STARTED = {"a": at("09:50"), "b": at("10:00"), "c": at("13:05")}
FIRSTS = {
    "a": {_E.SUBMIT: at("10:00"), _E.CHECK_IDENTITY: at("10:04"), _E.ACCEPT: at("10:05")},
    "b": {_E.SUBMIT: at("10:20"), _E.CHECK_IDENTITY: at("10:40"), _E.ACCEPT: at("11:10")},
}
ATTEMPTS = [
    attempt("a", "pass", seconds=8.0, accepted=True),
    attempt("b", "fail", "eyes_closed", "too_dark"),
    attempt("b", "fail", "mask"),
    attempt("b", "pass", seconds=50.0, accepted=True),
    attempt("c", "warn", "smile"),
]
DAY = day(COUNTS, STARTED, FIRSTS, ATTEMPTS, {"lost": 1})


def test_first_tries_are_counted_once_per_person_and_a_warning_is_usable() -> None:
    assert (DAY.first_tries, DAY.first_passes) == (3, 2)
    assert DAY.first_pass_percent is not None
    assert round(DAY.first_pass_percent) == 67


def test_reasons_are_those_of_failed_first_tries_only() -> None:
    assert dict(DAY.reasons) == {"eyes_closed": 1, "too_dark": 1}


def test_minutes_run_from_event_to_event() -> None:
    found = {each.key: (each.people, each.median) for each in DAY.stretches}
    assert found == {"entry": (2, 15.0), "check": (2, 12.0), "accept": (2, 15.5)}


def test_hours_have_no_gaps() -> None:
    flow = [(each.hour, each.started, each.submitted, each.accepted) for each in DAY.hours]
    assert flow == [(9, 1, 0, 0), (10, 1, 2, 1), (11, 0, 0, 1), (12, 0, 0, 0), (13, 1, 0, 0)]


def test_a_clock_set_back_never_makes_time_negative() -> None:
    back = day(COUNTS, {"a": at("10:00")}, {"a": {_E.SUBMIT: at("09:00")}}, [], {})
    assert back.stretches[0].median == 0.0


def test_nobody_yet_is_no_error() -> None:
    empty = day(dict.fromkeys(ApplicationState, 0), {}, {}, [], {})
    assert empty.first_pass_percent is None
    assert empty.hours == ()
    assert empty.stretches[0].median is None
    assert empty.started == 0


def test_times_set_back_are_counted_in_the_order_written() -> None:
    assert times_set_back([at("10:00"), at("10:05"), at("09:59"), at("10:01"), at("10:00")]) == 2
    assert times_set_back([]) == 0


def test_seconds_to_an_accepted_photo_leave_out_those_who_gave_up() -> None:
    assert (DAY.photo_seconds.people, DAY.photo_seconds.median, DAY.photo_seconds.slow) == (2, 29.0, 50.0)


def test_a_photo_taken_again_counts_with_its_last_accepted_shot() -> None:
    again = [attempt("a", "pass", seconds=8.0, accepted=True), attempt("a", "pass", seconds=20.0, accepted=True)]
    assert day(COUNTS, STARTED, FIRSTS, again, {}).photo_seconds.median == 20.0
