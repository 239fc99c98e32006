"""The way out of the room at the desk: hand over, take up the answer, erase. A real folder, a real SFTP server."""

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from kiosk.actions.batch import SealOrder, seal_window
from kiosk.actions.hand_over_job import HandOverJob
from kiosk.app import DESK_SCREENS, create_app
from kiosk.domain.errors import BatchError
from kiosk.domain.states import WindowState
from kiosk.fakes import FixedClock
from kiosk.settings import Settings
from kiosk.store import carrier_keys
from kiosk.wiring import Cameras, Services
from tests.actions.test_hand_over import Kiosk, Medium
from tests.builders import PASSPHRASE, SUPERVISOR, NoCamera
from tests.desk_navigator import Browser
from tests.screens.test_batch import after
from tests.servers import Sshd

SECOND_WORDS = "the second person's words"
SECOND = {"second_name": "担当", "second_passphrase": SECOND_WORDS}


class Way:
    """A real kiosk with a sealed batch in its outbox, its desk, and one browser signed in."""

    def __init__(self, folder: Path) -> None:
        self.kiosk = Kiosk(folder, Medium(folder / "root", folder / "stick"), folder / "data" / "outbox")
        self.vault, self.window = self.kiosk.vault, self.kiosk.window
        self.vault.unlock(SUPERVISOR, PASSPHRASE, sealed_too=True)
        self.vault.put_account("担当", SECOND_WORDS)
        self.vault.forget_window(self.window.id)
        settings = Settings(rules=str(self.kiosk.rules))
        cameras, clock = Cameras(NoCamera(), NoCamera()), FixedClock()
        self.services = Services(settings, clock, None, self.vault, cameras)  # type: ignore[arg-type]
        self.app: Flask = create_app("desk", DESK_SCREENS, settings, self.services)
        self.browser = Browser(Client(DispatcherMiddleware(NotFound(), {"/desk": self.app})))
        assert self.browser.sign_in(SUPERVISOR, PASSPHRASE).status_code == 303
        self.path = f"/batch/{self.window.id}"

    @property
    def state(self) -> WindowState:
        return self.vault.kiosk_store.windows.get(self.window.id).state

    def handed_over(self, to: str = "office") -> str:
        after(self.browser, f"{self.path}/hand-over", to=to)
        self.services.live["carriers"][self.window.id].wait(30)
        return self.browser.see(self.path)


@pytest.fixture
def way(tmp_path: Path) -> Way:
    return Way(tmp_path)


@pytest.fixture
def sshd(tmp_path: Path, way: Way) -> Iterator[Sshd]:
    server = Sshd(tmp_path / "server", carrier_keys.ssh_public(way.vault.kiosk_store)).start()
    (way.kiosk.rules / "destinations.toml").write_text(f"[sftp.office]\n{server.rule}")
    yield server
    server.stop()


def test_the_whole_way_out_of_the_room_on_screen(way: Way, sshd: Sshd) -> None:
    browser, path = way.browser, way.path
    page = browser.see(path)
    assert 'id="hand-over"' in page
    assert f"sftp root@127.0.0.1:{sshd.port}" in page or "sftp " in page
    page = way.handed_over()
    assert 'id="handed-over"' in page
    assert 'id="safe-to-remove"' not in page
    assert "引き渡し済み" in page
    assert (sshd.folder / "in/from the kiosks" / way.kiosk.sealed.path.name).exists()
    assert "同じ物がすでにありました" in way.handed_over()
    words = {"to": "office", "passphrase": PASSPHRASE}
    assert "受領確認はまだ置かれていません" in after(browser, f"{path}/pick-up", **words)
    assert not way.vault.holds(way.window.id)
    way.kiosk.answer(sshd.folder / "out")
    assert 'id="acknowledged-1"' in after(browser, f"{path}/pick-up", **words)
    assert way.state is WindowState.ACKNOWLEDGED
    assert "印をつけてください" in after(browser, f"{path}/erase", **SECOND)
    assert 'role="alert"' in after(browser, f"{path}/erase", second_name="担当", second_passphrase="no", sure="yes")
    assert way.state is WindowState.ACKNOWLEDGED
    page = after(browser, f"{path}/erase", **SECOND, sure="yes")
    assert 'id="erased"' in page
    assert 'id="hand-over"' not in page
    pdf = browser.client.get(f"/desk{path}/certificate")
    assert pdf.data.startswith(b"%PDF")
    pdf.close()
    assert (way.vault.folder.certificates / f"{way.window.id}.pdf").read_bytes().startswith(b"%PDF")
    assert path in browser.see("/batch/?all=1")
    assert list(way.vault.folder.outbox.iterdir()) == []


def test_a_medium_is_waited_for_until_staff_stop_it(way: Way) -> None:
    page = after(way.browser, f"{way.path}/hand-over", to="office")
    assert 'id="waiting-for-medium"' in page
    way.browser.see(f"{way.path}/carried")
    assert 'id="carried"' in after(way.browser, f"{way.path}/hand-over", to="office")
    assert "待つのをやめました" in after(way.browser, f"{way.path}/hand-over/stop")
    assert way.kiosk.ledger == ["stopped"]
    way.browser.see(f"{way.path}/carried")
    assert way.browser.last is not None
    assert way.browser.last.headers["HX-Redirect"].endswith(way.path)


def test_a_stick_can_be_pulled_out_once_the_page_says_so(way: Way) -> None:
    medium = way.kiosk.medium
    medium.plug_in()

    def carry(file: Path, told: object, wait: object) -> object:
        return way.kiosk.hand_over()

    job = HandOverJob(carry, [way.kiosk.sealed.path])  # type: ignore[arg-type]
    assert not job.is_safe_to_remove
    job.start()
    job.wait(30)
    assert (job.error, job.is_safe_to_remove) == (None, True)
    way.services.live["carriers"] = {way.window.id: job}
    assert 'id="safe-to-remove"' in way.browser.see(way.path)
    medium.pull_out()


def test_erasing_before_the_answer_takes_two_supervisors_and_a_reason(way: Way) -> None:
    assert "label_reason" not in way.browser.see(way.path)
    refused = after(way.browser, f"{way.path}/erase", **SECOND, sure="yes", reason="端末の廃棄")
    assert 'role="alert"' in refused
    assert 'value="端末の廃棄"' in refused
    assert not way.vault.holds(way.window.id)
    assert way.state is WindowState.SEALED


def test_a_practice_window_has_nothing_to_hand_over_to(tmp_path: Path, way: Way) -> None:
    with way.vault.kiosk_store.write() as database:
        database.conn.execute("update windows set rehearsal = 1")
    assert 'id="hand-over"' not in way.browser.see(way.path)
    assert "練習用のバッチは" in after(way.browser, f"{way.path}/hand-over", to="office")


def test_an_answer_brought_as_a_file_needs_the_own_passphrase_again(way: Way, tmp_path: Path) -> None:
    data = way.kiosk.answer(tmp_path / "office").read_bytes()
    refused = after(way.browser, f"{way.path}/acknowledge", ack=(BytesIO(data), "a.ack"))
    assert 'role="alert"' in refused
    for words in ("wrong words here", PASSPHRASE):
        page = after(way.browser, f"{way.path}/acknowledge", ack=(BytesIO(data), "a.ack"), passphrase=words)
        assert not way.vault.holds(way.window.id)
    assert 'id="acknowledged-1"' in page


def test_a_job_that_breaks_unexpectedly_says_so(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")

    def broken(file: Path, told: object, wait: object) -> object:
        raise RuntimeError("見本")

    job = HandOverJob(broken, [tmp_path / "a"])  # type: ignore[arg-type]
    job.start()
    job.wait(5)
    assert job.error == "batch.error_medium_lost"
    stopped = HandOverJob(lambda file, told, wait: wait(60), [tmp_path / "a"])  # type: ignore[arg-type,return-value,func-returns-value]
    stopped.start()
    began = time.monotonic()
    stopped.stop()
    stopped.wait(5)
    assert stopped.error == BatchError("stopped").text_key
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("page", ["/batch/{}/reopen", "/windows/{}/reopen"])
def test_a_sealed_window_opened_again_has_its_key_and_a_refusal_leaves_none(way: Way, page: str) -> None:
    path = page.format(way.window.id)
    way.browser.see(way.path)
    way.browser.press(path, **SECOND, reason="")
    assert (way.state, way.vault.holds(way.window.id)) == (WindowState.SEALED, False)
    way.browser.press(path, **SECOND, reason="遅れて来た人")
    assert (way.state, way.vault.holds(way.window.id)) == (WindowState.OPEN, True)
    way.browser.see("/queue/")
    assert way.browser.last is not None
    assert way.browser.last.status_code == 200


def test_late_applicants_make_a_second_batch_and_both_are_handed_over(way: Way, sshd: Sshd) -> None:
    from kiosk.actions.window import close_window, reopen_window
    from kiosk.domain.states import ApplicationState
    from tests.builders import an_application
    from tests.desk_navigator import a_photo

    clock = way.kiosk.clock
    way.vault.unlock(SUPERVISOR, PASSPHRASE, sealed_too=True)
    reopen_window(way.vault, clock, way.window.id, SUPERVISOR, "担当", "遅れて来た人")
    store = way.vault.window_store(way.window.id)
    made = an_application(store, ApplicationState.ACCEPTED, form_id=f"{99:023d}", answers={})
    store.photos.save(made.uid, a_photo())
    close_window(way.vault, clock, way.window.id, SUPERVISOR)
    way.vault.unlock(SUPERVISOR, PASSPHRASE)
    seal_window(way.vault, clock, SealOrder(way.window.id, way.vault.folder.outbox, SUPERVISOR, "担当"))
    page = way.handed_over()
    assert 'id="ledger-1"' in page
    assert 'id="ledger-2"' in page
    assert len(list((sshd.folder / "in/from the kiosks").iterdir())) == 2


def test_a_destinations_file_that_was_spoilt_broke_the_whole_page(way: Way) -> None:
    (way.kiosk.rules / "destinations.toml").write_text("[usb.office")
    page = way.browser.see(way.path)
    assert way.browser.last is not None
    assert way.browser.last.status_code == 200
    assert 'id="hand-over"' not in page
    assert "destinations.toml" in after(way.browser, f"{way.path}/pick-up", to="office", passphrase=PASSPHRASE)
