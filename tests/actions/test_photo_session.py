"""What belongs to one person before the camera: attempts written down at once, exceptions, warnings, two persons."""

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from camera.face import FaceAnalyser
from camera.same_person import FaceFeatureReader
from camera.stills import PictureSource
from camera.types import CameraState, Frame, Image
from kiosk.actions import photo_station
from kiosk.actions.day import day_of
from kiosk.actions.photo import use_photo
from kiosk.actions.photo_desk import alike, has_two_persons
from kiosk.actions.photo_live import PhotoSession
from kiosk.actions.photo_shot import Grant, PhotoJudge, Shot
from kiosk.actions.photo_station import guard_of, station_of
from kiosk.actions.window import close_window
from kiosk.fakes import FixedClock
from kiosk.settings import load_settings
from kiosk.store.vault import REHEARSAL_SUPERVISOR
from kiosk.wiring import Cameras, Services, make_services
from tests.actions.test_photo import NOBODY, STILL, SceneCamera, take, watch
from tests.builders import a_rehearsal_vault, a_window, an_application


class Models:
    """The real models, loaded once for all tests here."""

    analyser = FaceAnalyser()
    faces = FaceFeatureReader()


class OneCamera(SceneCamera):
    """The virtual person, or any other picture held before the camera."""

    other: Image | None = None

    def next_frame(self, after: int, timeout: float) -> Frame | None:
        frame = super().next_frame(after, timeout)
        return frame if frame is None or self.other is None else Frame(frame.number, self.other, frame.taken_at)


@pytest.fixture
def camera() -> OneCamera:
    camera = OneCamera()
    camera.held = STILL
    return camera


def a_kiosk(folder: Path, camera: OneCamera, *, guard: bool) -> Services:
    clock = FixedClock()
    vault = a_rehearsal_vault(folder, clock)
    a_window(vault)
    settings = load_settings(same_person_guard=guard)
    services = make_services(settings, vault, clock=clock, cameras=Cameras(camera, camera))
    services.__dict__.update(analyser=Models.analyser, face_reader=Models.faces)
    return services


@pytest.fixture
def parts(tmp_path: Path, camera: OneCamera) -> Iterator[Services]:
    services = a_kiosk(tmp_path / "data", camera, guard=True)
    yield services
    station_of(services).end()
    services.stop()


def shoot(parts: Services, uid: str) -> PhotoSession:
    session = station_of(parts).session_for(uid)
    take(session)
    return session


def somebody_else(photos: Path) -> Image:
    source = PictureSource([photos / "frontal-plain-07.jpg"], fps=1000)
    source.open()
    return source.read()


def test_each_attempt_is_written_down_at_once_also_of_those_who_give_up(parts: Services, camera: OneCamera) -> None:
    store = parts.window_store()
    stayed, left = an_application(store).uid, an_application(store).uid
    camera.held = NOBODY
    shoot(parts, left)
    station_of(parts).end(left)
    assert [row["uid"] for row in store.statistics.photo_attempts()] == [left]
    assert isinstance(parts.clock, FixedClock)
    session = station_of(parts).session_for(stayed)
    parts.clock.tick(3)
    take(session)
    camera.held = STILL
    parts.clock.tick(9)
    take(session)
    use_photo(parts, stayed, 2)
    rows = [row for row in store.statistics.photo_attempts() if row["uid"] == stayed]
    found = [(row["attempt"], row["verdict"], row["accepted"]) for row in rows]
    assert found == [(1, "fail", False), (2, "warn", True)]
    assert rows[0]["reasons"][0] == "no_face"
    assert rows[0]["seconds"] == pytest.approx(3, abs=0.01)
    assert rows[1]["seconds"] == pytest.approx(12, abs=0.01)
    numbers = day_of(parts)
    assert (numbers.first_tries, numbers.first_passes) == (2, 0)
    assert dict(numbers.reasons)["no_face"] == 2
    assert (numbers.photo_seconds.people, numbers.photo_seconds.median) == (1, pytest.approx(12, abs=0.01))


def test_attempts_go_on_counting_in_a_later_session(parts: Services) -> None:
    uid = an_application(parts.window_store()).uid
    for _ in range(2):
        shoot(parts, uid)
        station_of(parts).end(uid)
    assert [row["attempt"] for row in parts.window_store().statistics.photo_attempts()] == [1, 2]


def test_an_exception_holds_for_a_later_session_and_goes_with_the_photo(parts: Services, camera: OneCamera) -> None:
    uid = an_application(parts.window_store()).uid
    camera.held = 7.3 + 0.12  # in the middle of a blink
    station_of(parts).grant(uid, Grant(frozenset({"eyes_cannot_open"}), "見本の理由"))
    assert shoot(parts, uid).shots[0].is_usable
    use_photo(parts, uid, 1)
    stored = parts.window_store().photos.get(uid)
    assert stored is not None
    assert (stored.exception, stored.exception_reason) == ("eyes_cannot_open", "見本の理由")
    assert station_of(parts).granted(uid) == Grant(), "nothing of it stays in memory"


def test_an_exception_excuses_exactly_its_checks(parts: Services, camera: OneCamera) -> None:
    uid = an_application(parts.window_store()).uid
    camera.held = 7.3 + 0.12
    session = shoot(parts, uid)
    before = {m.name: m.status for m in session.shots[0].check.measures}
    station_of(parts).grant(uid, Grant(frozenset({"eyes_cannot_open"}), "見本"))
    after = {m.name: m.status for m in session.shots[0].check.measures}
    changed = {name for name in before if before[name] != after[name]}
    assert changed
    assert changed <= parts.photo_limits.exceptions.named["eyes_cannot_open"]


def test_closing_the_window_drops_faces_and_reasons(parts: Services) -> None:
    uid = an_application(parts.window_store()).uid
    shoot(parts, uid)
    use_photo(parts, uid, 1)
    station_of(parts).grant(uid, Grant(frozenset({"wig"}), "見本"))
    guard = guard_of(parts)
    assert guard.faces_held == 1
    window = parts.current_window()
    assert window is not None
    close_window(parts.vault, parts.clock, window.id, REHEARSAL_SUPERVISOR)
    assert guard.faces_held == 0
    assert station_of(parts).granted(uid) == Grant()


def test_locking_drops_faces(parts: Services) -> None:
    uid = an_application(parts.window_store()).uid
    shoot(parts, uid)
    use_photo(parts, uid, 1)
    parts.vault.lock()
    assert guard_of(parts).faces_held == 0


def test_the_same_face_for_two_applicants_warns_staff_by_call_number(parts: Services) -> None:
    store = parts.window_store()
    first, second = an_application(store), an_application(store)
    for each in (first, second):
        shoot(parts, each.uid)
        use_photo(parts, each.uid, 1)
    assert alike(parts, first.uid) == (second.call_number,)
    assert alike(parts, second.uid) == (first.call_number,)
    assert not has_two_persons(parts, second.uid)


def test_a_guard_that_is_off_keeps_no_face(tmp_path: Path, camera: OneCamera) -> None:
    parts = a_kiosk(tmp_path / "off", camera, guard=False)
    store = parts.window_store()
    uids = [an_application(store).uid for _ in range(2)]
    for uid in uids:
        shoot(parts, uid)
        use_photo(parts, uid, 1)
    assert guard_of(parts).faces_held == 0
    assert alike(parts, uids[0]) == ()
    parts.stop()


@pytest.mark.photos
def test_two_persons_within_one_application_warn_although_the_guard_is_off(
    tmp_path: Path, camera: OneCamera, photos: Path
) -> None:
    parts = a_kiosk(tmp_path / "off", camera, guard=False)
    uid = an_application(parts.window_store()).uid
    session = shoot(parts, uid)
    take(session)
    assert not session.has_two_persons, "one person twice"
    camera.other = somebody_else(photos)
    take(session)
    assert session.has_two_persons
    assert has_two_persons(parts, uid)
    use_photo(parts, uid, session.shots[-1].number)
    assert has_two_persons(parts, uid), "staff still see it when they check the application"
    assert guard_of(parts).faces_held == 0
    parts.stop()


@pytest.mark.photos
def test_other_persons_do_not_look_alike_to_the_guard(parts: Services, camera: OneCamera, photos: Path) -> None:
    store = parts.window_store()
    first, second = an_application(store).uid, an_application(store).uid
    shoot(parts, first)
    use_photo(parts, first, 1)
    camera.other = somebody_else(photos)
    use_photo(parts, second, shoot(parts, second).shots[-1].number)
    assert alike(parts, second) == ()
    assert guard_of(parts).faces_held == 2


class SlowCamera(OneCamera):
    """One that gives a frame now and then, and none in time for a burst, as webcams do in the dark."""

    def burst(self, count: int, timeout: float) -> Sequence[Frame]:
        return ()


def test_a_camera_too_slow_for_a_burst_still_takes_the_photo(tmp_path: Path) -> None:
    camera = SlowCamera()
    camera.held = STILL
    parts = a_kiosk(tmp_path, camera, guard=False)
    session = shoot(parts, an_application(parts.window_store()).uid)
    assert session.shots[0].is_usable
    assert camera.state is CameraState.STREAMING
    parts.stop()


def test_the_screen_says_that_the_photo_is_being_checked(parts: Services) -> None:
    session = station_of(parts).session_for(an_application(parts.window_store()).uid)
    session.trigger()
    seen = watch(session, lambda live: live.shots == 1)
    assert "checking" in [live.guidance.phase for live in seen if live.guidance]


def test_staff_pass_a_warning_and_the_countdown_begins_at_once(parts: Services, camera: OneCamera) -> None:
    session = station_of(parts).session_for(an_application(parts.window_store()).uid)
    watch(session, lambda live: live.verdict == "warn")
    began = camera.t
    session.pass_warnings()
    watch(session, lambda live: live.guidance is not None and live.guidance.phase == "countdown")
    assert camera.t - began < 3, "without the six seconds a warning is shown for"


def test_models_learn_nothing_from_the_person_before(parts: Services, camera: OneCamera) -> None:
    camera.held = STILL
    shoot(parts, an_application(parts.window_store()).uid)
    station_of(parts).end()
    camera.held = NOBODY
    session = station_of(parts).session_for(an_application(parts.window_store()).uid)
    first = watch(session, lambda live: live.guidance is not None)[-1]
    assert "no_face" in first.reasons
    assert first.oval is None


def test_a_shot_does_not_show_the_features_it_carries(parts: Services) -> None:
    shot = shoot(parts, an_application(parts.window_store()).uid).shots[0]
    assert shot.features is not None
    assert "FaceFeatures" not in repr(shot)


def test_a_window_closed_while_a_shot_is_written_down_and_the_person_wiped_hangs_nothing(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2026-11: the wipe waited for the shot, the shot for the station, and every page for both, until a restart."""
    uid = an_application(parts.window_store()).uid
    writes, go_on = threading.Event(), threading.Event()

    def slowly(*given: Any) -> int | None:
        writes.set()
        go_on.wait(30)
        return noted(*given)

    noted = photo_station._noted
    monkeypatch.setattr(photo_station, "_noted", slowly)
    station = station_of(parts)
    station.session_for(uid).trigger()
    assert writes.wait(60)
    window = parts.current_window()
    assert window is not None
    deeds = [lambda: station.end(uid), lambda: close_window(parts.vault, parts.clock, window.id, REHEARSAL_SUPERVISOR)]
    threads = [threading.Thread(target=deed, daemon=True) for deed in deeds]
    for thread in threads:
        thread.start()
        thread.join(1.0)
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert [thread.is_alive() for thread in threads] == [False, False]
    assert station.peek(uid) is None


@pytest.mark.parametrize("meanwhile", ["retake", "unplugged"])
def test_a_press_is_for_the_picture_of_that_moment(parts: Services, camera: OneCamera, meanwhile: str) -> None:
    """2026-11: a second tap while the first shot was checked took another one by itself after the retake."""
    session = shoot(parts, an_application(parts.window_store()).uid)
    if meanwhile == "unplugged":
        camera.state = CameraState.LOST
        session.retake()
        session.trigger()
        watch(session, lambda live: live.camera is CameraState.LOST)
        time.sleep(0.2)
        camera.held, camera.state = NOBODY, CameraState.STREAMING
    else:
        session.trigger()
        camera.held = NOBODY
        session.retake()
    end = time.monotonic() + 3
    while time.monotonic() < end:
        session.live(session.now.number, 0.5)
        assert session.now.shots == 1


def test_a_shot_kept_while_an_exception_is_granted_is_not_lost(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = shoot(parts, an_application(parts.window_store()).uid)
    again = PhotoJudge.again

    def slowly(judge: PhotoJudge, shot: Shot, names: frozenset[str]) -> Shot:
        if shot.number == 1 and session.now.shots == 1:
            take(session)
        return again(judge, shot, names)

    monkeypatch.setattr(PhotoJudge, "again", slowly)
    session.except_from(Grant(frozenset({"eyes_cannot_open"}), "見本"))
    assert [shot.number for shot in session.shots] == [1, 2]
