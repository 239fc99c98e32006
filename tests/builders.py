"""Ready-made parts for tests: a kiosk in its own folder, a window, applications at any state. All data is invented."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from camera.types import CameraState, Frame
from kiosk.actions.window import make_window, open_window
from kiosk.clock import RandomIds
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, ApplicationState
from kiosk.domain.window import Window, WindowPlan
from kiosk.fakes import FixedClock
from kiosk.settings import load_settings
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from kiosk.store.window_file import WindowStore
from kiosk.store.wraps import Argon2Cost
from kiosk.wiring import Cameras, Services
from kiosk.wiring import make_services as wired

CHEAP = Argon2Cost(time_cost=1, memory_kib=64, parallelism=1)
SUPERVISOR, PASSPHRASE = "窓口責任者", "a passphrase for tests"
AT = "2026-11-24T10:00:00.000+09:00"
FORM_ID = "12345678901234567890123"
WAY: dict[ApplicationState, tuple[ApplicationEvent, ...]] = {
    ApplicationState.DRAFT: (),
    ApplicationState.ABANDONED: (ApplicationEvent.ABANDON,),
    ApplicationState.SUBMITTED: (ApplicationEvent.SUBMIT,),
    ApplicationState.IDENTITY_CHECKED: (ApplicationEvent.SUBMIT, ApplicationEvent.CHECK_IDENTITY),
    ApplicationState.ACCEPTED: (ApplicationEvent.SUBMIT, ApplicationEvent.CHECK_IDENTITY, ApplicationEvent.ACCEPT),
    ApplicationState.RETURNED: (ApplicationEvent.SUBMIT, ApplicationEvent.RETURN),
    ApplicationState.WITHDRAWN: (ApplicationEvent.SUBMIT, ApplicationEvent.WITHDRAW),
    ApplicationState.REJECTED: (ApplicationEvent.SUBMIT, ApplicationEvent.REJECT),
}


def a_vault(folder: Path, clock: FixedClock | None = None) -> Vault:
    """An unlocked vault of a real (not rehearsal) folder with one supervisor, SUPERVISOR / PASSPHRASE."""
    vault = Vault(folder, now=(clock or FixedClock()).now, cost=CHEAP)
    vault.install(SUPERVISOR, PASSPHRASE)
    return vault


def a_rehearsal_vault(folder: Path, clock: FixedClock | None = None) -> Vault:
    """An open vault of a rehearsal folder with its two built-in accounts."""
    vault = Vault(folder, now=(clock or FixedClock()).now, cost=CHEAP)
    vault.install_rehearsal()
    return vault


def a_plan(**values: Any) -> WindowPlan:
    """An agreed window at an invented company."""
    given: dict[str, Any] = {
        "municipality": "demo-city",
        "company": "見本工業",
        "place": "第一会議室",
        "held_on": date(2026, 11, 24),
        "head_count": 30,
        **values,
    }
    return WindowPlan(**given)


def a_window(vault: Vault, *, opened: bool = True, **values: Any) -> Window:
    """A window, open unless told otherwise; a rehearsal one in a rehearsal folder."""
    clock = FixedClock()
    by = REHEARSAL_SUPERVISOR if vault.is_rehearsal else SUPERVISOR
    window = make_window(vault, clock, a_plan(**{"rehearsal": vault.is_rehearsal, **values}), by)
    return open_window(vault, clock, window.id, by) if opened else window


def an_application(
    store: WindowStore,
    state: ApplicationState = ApplicationState.DRAFT,
    *,
    form_id: str | None = None,
    answers: dict[str, Any] | None = None,
    by: str = REHEARSAL_OPERATOR,
) -> Application:
    """An application that walked to ``state`` by the table's own moves."""
    ids = RandomIds()
    uid = ids.uid()
    store.applications.start(uid, ids.call_number(store.applications.call_numbers()), "ja", AT, AT)
    if form_id:
        store.applications.set_form_id(uid, form_id, AT)
    if answers:
        store.applications.save_answers(uid, answers, AT)
    for event in WAY[state]:
        store.applications.move(uid, event, by, AT, "見本" if event in _WITH_REASON else None)
    return store.applications.get(uid)


_WITH_REASON = (ApplicationEvent.RETURN, ApplicationEvent.WITHDRAW, ApplicationEvent.REJECT)


class NoCamera:
    """A camera that never gives a picture, for tests that need none."""

    state = CameraState.MISSING

    def start(self) -> None:
        """Nothing to begin."""

    def stop(self) -> None:
        """Nothing to end."""

    def next_frame(self, after: int, timeout: float) -> Frame | None:
        """Never one."""
        return None

    def burst(self, count: int, timeout: float) -> Sequence[Frame]:
        """Never any."""
        return ()


def make_services(folder: Path, *, opened: bool = True, **settings: Any) -> Services:
    """All parts of a rehearsal kiosk with an open window, a clock that stands still and no camera."""
    clock, camera = FixedClock(), NoCamera()
    vault = a_rehearsal_vault(folder, clock)
    if opened:
        a_window(vault)
    return wired(load_settings(**settings), vault, clock=clock, cameras=Cameras(camera, camera))
