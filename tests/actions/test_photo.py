"""The live photo session with the real models, the real guide and the virtual camera's person."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from camera.face import FaceAnalyser
from camera.picture import read_picture
from camera.types import CameraState, Frame
from camera.virtual_person import PersonScene
from kiosk.actions.photo import accept_photo, retake_photo, take_photo_now
from kiosk.actions.photo_live import KEPT_SHOTS, Live, PhotoSession
from kiosk.actions.photo_shot import Grant
from kiosk.actions.photo_station import PhotoStation
from kiosk.domain.errors import NotAllowedNow, Refused
from kiosk.domain.photo import load_limits
from kiosk.domain.photo_limits import PhotoLimits
from kiosk.domain.states import ApplicationState
from kiosk.fakes import FixedClock
from kiosk.rules import rules_text
from kiosk.store.window_file import WindowStore
from tests.builders import a_rehearsal_vault, a_window, an_application

UID = "a" * 26
STILL, NOBODY = 12.0, 0.2


class SceneCamera:
    """The virtual person as a camera whose time passes as fast as frames are taken: ten frames a second of hers."""

    def __init__(self, begin: float = 3.2) -> None:
        self.scene = PersonScene()
        self.t = begin
        self.number = 0
        self.held: float | None = None
        self.state = CameraState.STREAMING

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def next_frame(self, after: int, timeout: float) -> Frame | None:
        if self.state is not CameraState.STREAMING:
            time.sleep(0.01)
            return None
        self.number += 1
        self.t += 0.1
        moment = self.t if self.held is None else self.held
        return Frame(self.number, self.scene.picture(moment), self.t)

    def burst(self, count: int, timeout: float) -> Sequence[Frame]:
        return [frame for _ in range(count) if (frame := self.next_frame(0, timeout))]


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


@pytest.fixture(scope="module")
def limits() -> PhotoLimits:
    return load_limits(rules_text("photo"))


@pytest.fixture
def camera() -> SceneCamera:
    return SceneCamera()


@pytest.fixture
def station(camera: SceneCamera, analyser: FaceAnalyser, limits: PhotoLimits) -> Iterator[PhotoStation]:
    analyser.forget()
    station = PhotoStation(lambda uid: PhotoSession(uid, camera, analyser, limits, FixedClock()))
    yield station
    station.end()


def watch(session: PhotoSession, until: Callable[[Live], bool], seconds: float = 60.0) -> list[Live]:
    """Everything the screen would have shown until a condition holds."""
    seen: list[Live] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen.append(session.live(seen[-1].number if seen else 0, 1.0))
        if until(seen[-1]):
            return seen
    raise AssertionError(f"did not happen; last seen: {seen[-1]}")


def take(session: PhotoSession, count: int = 1) -> None:
    for _ in range(count):
        session.retake()
        taken = session.live(0, 0).shots
        session.trigger()
        watch(session, lambda live, taken=taken: live.shots > taken)  # type: ignore[misc]


def test_the_shutter_fires_by_itself_and_the_virtual_person_is_not_refused(station: PhotoStation) -> None:
    session = station.session_for(UID)
    seen = watch(session, lambda live: live.shots == 1)
    shown = [live.guidance for live in seen if live.guidance]
    assert "head_turned" in [guidance.instruction for guidance in shown], "she comes in with her head turned"
    assert {guidance.countdown for guidance in shown} >= {3, 2, 1}
    check = session.shots[0].check
    assert check.verdict in ("pass", "warn")
    assert set(check.reasons) <= {"smile"}, "she shows her teeth, and nothing else is wrong"
    assert check.jpeg is not None
    picture = read_picture(check.jpeg)
    assert (picture.source_format, picture.mode) == ("JPEG", "RGB")
    assert 480 <= picture.width <= 1050
    assert 617 <= picture.height <= 1350
    eyes = next(measure.value for measure in check.measures if measure.name == "InterEyeDistance")
    assert eyes is not None
    assert eyes >= 90


def test_nobody_there_never_fires_and_asks_for_a_face(station: PhotoStation, camera: SceneCamera) -> None:
    camera.held = NOBODY
    session = station.session_for(UID)
    seen = watch(session, lambda live: live.number > 30)
    assert all(live.shots == 0 for live in seen)
    assert seen[-1].guidance is not None
    assert seen[-1].guidance.instruction == "no_face"
    assert seen[-1].oval is None


def test_the_oval_follows_the_face(station: PhotoStation, camera: SceneCamera) -> None:
    camera.held = STILL
    oval = watch(station.session_for(UID), lambda live: live.oval is not None)[-1].oval
    assert oval is not None
    x, y = camera.scene.face_place
    assert oval.x == pytest.approx(x / 1920, abs=0.03)
    assert oval.y == pytest.approx(y / 1080, abs=0.05)


def test_only_the_last_three_shots_are_kept_newest_last(station: PhotoStation, camera: SceneCamera) -> None:
    camera.held = STILL
    session = station.session_for(UID)
    take(session, KEPT_SHOTS + 1)
    assert [shot.number for shot in session.shots] == [2, 3, 4]
    assert not session.is_live
    retake_photo(station, UID)
    assert session.is_live
    assert [shot.number for shot in session.shots] == [2, 3, 4]


def test_a_shot_with_closed_eyes_is_refused_with_its_reason(station: PhotoStation, camera: SceneCamera) -> None:
    camera.held = 7.3 + 0.12  # in the middle of a blink
    session = station.session_for(UID)
    take(session)
    assert session.shots[0].check.verdict == "fail"
    assert "eyes_closed" in session.shots[0].check.reasons
    assert not session.shots[0].is_usable
    station.grant(UID, Grant(frozenset({"eyes_cannot_open"}), "見本"))
    assert session.shots[0].is_usable
    with pytest.raises(ValueError, match="unknown photo exception"):
        station.grant(UID, Grant(frozenset({"no_such"}), "見本"))
    assert "見本" not in repr(station.granted(UID)), "a reason never gets into a log by accident"


def test_pulling_the_camera_is_told_and_guiding_goes_on_when_it_is_back(
    station: PhotoStation, camera: SceneCamera
) -> None:
    camera.held = STILL
    session = station.session_for(UID)
    watch(session, lambda live: live.guidance is not None)
    camera.state = CameraState.MISSING
    watch(session, lambda live: live.camera is CameraState.MISSING and live.guidance is None)
    camera.state = CameraState.STREAMING
    watch(session, lambda live: live.camera is CameraState.STREAMING and live.guidance is not None)


def test_another_person_never_meets_the_shots_of_the_one_before(station: PhotoStation, camera: SceneCamera) -> None:
    camera.held = STILL
    first = station.session_for(UID)
    take(first)
    second = station.session_for("b" * 26)
    assert first.shots == ()
    assert second.shots == ()
    assert station.current(UID) is None


def test_an_ended_session_leaves_no_thread_and_no_picture(station: PhotoStation, camera: SceneCamera) -> None:
    camera.held = STILL
    before = threading.active_count()
    session = station.session_for(UID)
    take(session)
    station.end(UID)
    assert threading.active_count() == before
    assert session.shots == ()
    assert station.current() is None


def test_a_session_nobody_asks_for_any_more_forgets_its_pictures(
    camera: SceneCamera, analyser: FaceAnalyser, limits: PhotoLimits
) -> None:
    camera.held = STILL
    clock = FixedClock()
    session = PhotoSession(UID, camera, analyser, limits, clock)
    session.start()
    take(session)
    clock.tick(300)
    for _ in range(100):
        if session.has_ended:
            break
        time.sleep(0.02)
    assert session.has_ended
    assert session.shots == ()
    session.stop()


@pytest.fixture
def store(tmp_path: Path) -> WindowStore:
    vault = a_rehearsal_vault(tmp_path / "data")
    return vault.window_store(a_window(vault).id)


def test_the_chosen_shot_becomes_the_photo_byte_for_byte_and_the_others_are_forgotten(
    station: PhotoStation, camera: SceneCamera, store: WindowStore
) -> None:
    camera.held = STILL
    uid = an_application(store).uid
    session = station.session_for(uid)
    take(session, 2)
    chosen = session.shots[0]
    accept_photo(store, station, uid, chosen.number)
    stored = store.photos.get(uid)
    assert stored is not None
    assert stored.jpeg == chosen.check.jpeg
    assert stored.sha256 == sha256(stored.jpeg).hexdigest()
    assert stored.verdict == chosen.check.verdict
    assert session.shots == ()
    accept_photo(store, station, uid, chosen.number)
    assert store.photos.get(uid) == stored, "a second tap changes nothing"


def test_a_shot_that_is_gone_or_refused_is_not_taken_as_the_photo(
    station: PhotoStation, camera: SceneCamera, store: WindowStore
) -> None:
    camera.held = NOBODY
    uid = an_application(store).uid
    with pytest.raises(Refused, match="shots_gone"):
        accept_photo(store, station, uid, 1)
    session = station.session_for(uid)
    take(session)
    with pytest.raises(Refused, match="not_usable"):
        accept_photo(store, station, uid, 1)
    with pytest.raises(Refused, match="shots_gone"):
        accept_photo(store, station, uid, 9)
    assert store.photos.get(uid) is None
    assert len(session.shots) == 1


def test_an_application_already_with_staff_takes_no_other_photo(
    station: PhotoStation, camera: SceneCamera, store: WindowStore
) -> None:
    camera.held = STILL
    uid = an_application(store, ApplicationState.SUBMITTED).uid
    take(station.session_for(uid))
    with pytest.raises(NotAllowedNow):
        accept_photo(store, station, uid, 1)
    assert store.photos.get(uid) is None


def test_taking_now_needs_somebody_before_the_camera(station: PhotoStation) -> None:
    with pytest.raises(NotAllowedNow):
        take_photo_now(station, None)


def test_no_picture_is_written_to_disk_while_shots_are_taken(
    station: PhotoStation, camera: SceneCamera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    camera.held = STILL
    take(station.session_for(UID))
    assert list(tmp_path.rglob("*")) == []


class StaleCamera(SceneCamera):
    """Hands out a last picture of the person before, as a camera does that nobody has asked for a while."""

    def next_frame(self, after: int, timeout: float) -> Frame | None:
        if after == 0:
            self.number = max(self.number, 1)
            return Frame(self.number, self.scene.picture(STILL), self.t)
        return super().next_frame(after, timeout)


def test_what_was_before_the_camera_until_now_is_not_looked_at(analyser: FaceAnalyser, limits: PhotoLimits) -> None:
    camera = StaleCamera()
    camera.held = NOBODY
    session = PhotoSession(UID, camera, analyser, limits, FixedClock())
    session.start()
    seen = watch(session, lambda live: live.number > 5)
    session.stop()
    assert [live.oval for live in seen] == [None] * len(seen)


def test_the_button_waits_for_somebody_to_be_there(station: PhotoStation, camera: SceneCamera) -> None:
    camera.t = 1.0  # she steps into the picture a second later
    session = station.session_for(UID)
    session.trigger()
    watch(session, lambda live: live.shots == 1)
    assert session.shots[0].is_usable
    assert "no_face" not in session.shots[0].check.reasons


def test_the_button_does_not_wait_for_ever(station: PhotoStation, camera: SceneCamera) -> None:
    camera.held = NOBODY
    session = station.session_for(UID)
    session.trigger()
    watch(session, lambda live: live.shots == 1)
    assert session.shots[0].check.reasons == ("no_face",)
