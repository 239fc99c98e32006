"""A whole day by HTTP: applicants' screens hand in, staff check and accept, a colleague watches the board.

What each saw and when is written down, so that a test or a benchmark can say afterwards whether the day was right.
"""

import queue
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic

from kiosk.actions.window import make_window, open_window
from kiosk.clock import SystemClock
from kiosk.domain.staff import Role
from kiosk.domain.window import Window
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from kiosk.store.window_file import WindowStore
from tests.builders import CHEAP, a_plan
from tests.conftest import running
from tests.day_clients import Client, Person, Staff, Station, people, read_board

THIRD = "demo-third"
NAMES = (REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, THIRD)
PASSPHRASE = "long words for the day"
MOST_WAITING = 15
"""Applicants' screens wait while more than this many people wait at the desk, as a queue in a room does."""
DAY_SECONDS, DAY_PEOPLE = 6 * 3600, 120
SECONDS_BETWEEN_TOUCHES = 120
"""Somebody who only watches the board touches it now and then, else the desk locks (setting desk_idle_minutes)."""
POLL_SECONDS = 0.5
"""How often the board's page asks; staff of a day at a given speed look no oftener."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One move as its maker saw it: answered at ``at`` (monotonic seconds), now in this group of the board."""

    at: float
    call_number: str
    group: str


@dataclass
class Room:
    """What everybody in the room shares."""

    many: int
    speed: float = 0.0
    """How many times real speed people come; 0 is as fast as they can be served."""
    began: float = field(default_factory=monotonic)
    moves: list[Moved] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    given_back: "queue.SimpleQueue[tuple[str, Person]]" = field(default_factory=queue.SimpleQueue)
    offer: threading.Lock = field(default_factory=threading.Lock)
    ended: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    errors: list[BaseException] = field(default_factory=list)
    lost_races: int = 0
    seconds: float = 0.0
    clients: list[Client] = field(default_factory=list)
    polls: list[tuple[float, float, Mapping[str, str]]] = field(default_factory=list)

    def has_come(self, number: int) -> bool:
        """Whether the person of that number (from 1) has come: evenly over the day, at the day's speed."""
        every = DAY_SECONDS / DAY_PEOPLE / self.speed if self.speed else 0.0
        return monotonic() - self.began >= (number - 1) * every

    @property
    def is_over(self) -> bool:
        """Whether everybody was served, or somebody failed."""
        return len(self.ended) >= self.many or bool(self.errors)

    def moved(self, call_number: str, group: str) -> None:
        """Write down a move that was just answered."""
        with self.guard:
            self.moves.append(Moved(monotonic(), call_number, group))

    def take(self, call_number: str, name: str) -> None:
        """Write down who holds a case; two at once is what must never happen."""
        with self.guard:
            assert call_number not in self.held, f"{name} and {self.held[call_number]} hold one case"
            self.held[call_number] = name

    def let_go(self, call_number: str) -> None:
        """Write down that a case is about to be let go of."""
        with self.guard:
            self.held.pop(call_number)


@dataclass(frozen=True, slots=True)
class Site:
    """A served data folder."""

    url: str
    window: Window
    store: WindowStore
    vault: Vault


@contextmanager
def served(folder: Path, many: int) -> Iterator[Site]:
    """``kiosk serve`` in a process of its own on a practice folder with three accounts; no camera is plugged in."""
    data, clock = folder / "data", SystemClock()
    vault = Vault(data, cost=CHEAP)
    vault.install_rehearsal()
    at = clock.now().isoformat(timespec="milliseconds")
    vault.kiosk_store.staff.add(THIRD, Role.OPERATOR, at)
    for name in NAMES:
        vault.put_account(name, PASSPHRASE)
    plan = a_plan(rehearsal=True, head_count=many, held_on=clock.today())
    window = make_window(vault, clock, plan, REHEARSAL_SUPERVISOR)
    open_window(vault, clock, window.id, REHEARSAL_SUPERVISOR)
    config = folder / "kiosk.toml"
    config.write_text('port = 0\ncamera_face = "device:99"\n', "utf-8")
    try:
        with running("serve", "--config", str(config), data=data) as server:
            yield Site(server.url, window, vault.window_store(window.id), vault)
    finally:
        vault.lock()


def run(site: Site, many: int, stations: int = 2, staff: int = 3, speed: float = 0.0) -> Room:
    """Let ``many`` people through; raises what went wrong in any thread."""
    room, waiting = Room(many, speed), queue.SimpleQueue[Person]()
    for person in people(many):
        waiting.put(person)
    begin = monotonic()
    workers: list[Callable[[], None]] = [partial(_station, site, room, waiting)] * stations
    workers += [partial(_desk, site, room, name) for name in NAMES[:staff]]
    workers.append(partial(_watch, site, room))
    threads = [threading.Thread(target=_guarded, args=(room, work)) for work in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    room.seconds = monotonic() - begin
    if room.errors:
        raise room.errors[0]
    return room


def _guarded(room: Room, work: Callable[[], None]) -> None:
    try:
        work()
    except BaseException as error:  # noqa: BLE001 -- a thread's failure is the day's and is raised by it
        room.errors.append(error)


def _client(site: Site, room: Room) -> Client:
    client = Client(site.url)
    room.clients.append(client)
    return client


def _station(site: Site, room: Room, waiting: "queue.SimpleQueue[Person]") -> None:
    clock = SystemClock()
    screen = Station(_client(site, room), site.store, lambda: clock.now().isoformat(timespec="milliseconds"))
    while not room.is_over:
        if not _mend(screen, room) and not _next_person(screen, room, waiting):
            time.sleep(0.02)
    screen.client.close()


def _mend(screen: Station, room: Room) -> bool:
    try:
        call_number, person = room.given_back.get_nowait()
    except queue.Empty:
        return False
    screen.go_on(call_number, person)
    room.moved(call_number, "waiting")
    room.people[call_number] = person
    return True


def _next_person(screen: Station, room: Room, waiting: "queue.SimpleQueue[Person]") -> bool:
    if len(room.people) - len(room.ended) > MOST_WAITING or waiting.empty():
        return False
    if not room.has_come(room.many - waiting.qsize() + 1):
        return False
    try:
        person = waiting.get_nowait()
    except queue.Empty:
        return False
    call_number = screen.hand_in(person)
    room.moved(call_number, "waiting")
    room.people[call_number] = person
    return True


def _desk(site: Site, room: Room, name: str) -> None:
    staff = Staff(_client(site, room), name)
    staff.sign_in(PASSPHRASE)
    while not room.is_over:
        free = [(uid, call) for uid, call, is_held in staff.board().get("waiting", ()) if not is_held]
        case = next(((uid, call) for uid, call in free if call in room.people), None)
        if case is None:
            time.sleep(POLL_SECONDS if room.speed else 0.02)
        elif staff.claim(case[0]):
            _serve(staff, room, *case)
        else:
            room.lost_races += 1
    staff.client.close()


def _serve(staff: Staff, room: Room, uid: str, call_number: str) -> None:
    """Everybody goes for the same first case; every eighth is given back once, every fifteenth is withdrawn."""
    person = room.people[call_number]
    room.take(call_number, staff.name)
    if person.number % 8 == 0 and sum(each.call_number == call_number for each in room.moves) == 1:
        _give_back(staff, room, uid, call_number)
        return
    staff.check(uid)
    room.moved(call_number, "checked")
    room.let_go(call_number)
    if person.number % 15 == 7:
        staff.press(uid, "withdraw", reason="own_wish", given_back="yes")
        room.moved(call_number, "ended")
    else:
        staff.press(uid, "accept", envelope=f"A-{person.number}")
        room.moved(call_number, "done")
    room.ended.add(call_number)


def _give_back(staff: Staff, room: Room, uid: str, call_number: str) -> None:
    """Return it and offer it to an applicants' screen; one offer stands at a time."""
    room.let_go(call_number)
    person = room.people.pop(call_number)
    staff.press(uid, "return", reason="answers", words="")
    room.moved(call_number, "at_screen")
    with room.offer:
        while not staff.offer(uid):  # a colleague with an older board may hold it for a moment
            time.sleep(0.02)
        room.given_back.put((call_number, person))
        while call_number not in room.people and not room.errors:
            time.sleep(0.02)


def _watch(site: Site, room: Room) -> None:
    """Ask for the board as its page does, as often and with what was seen last."""
    client = _client(site, room)
    staff = Staff(client, REHEARSAL_OPERATOR)
    staff.sign_in(PASSPHRASE)
    last, touched, text = 0, float("-inf"), ""
    while last < 3:
        last += room.is_over
        if monotonic() - touched > SECONDS_BETWEEN_TOUCHES:
            touched, text = monotonic(), client.get("/desk/queue/").text
        found = re.search(r'id="board"[^>]*hx-get="([^"]+)" hx-trigger="every (\d+)(ms|s)"', text)
        assert found, "the board does not ask again by itself"
        pause = int(found.group(2)) / (1000 if found.group(3) == "ms" else 1)
        time.sleep(pause)
        begin = monotonic()
        answer = client.get(found.group(1).replace("&amp;", "&"))
        text = answer.text or text
        shown = {call: group for group, rows in read_board(text).items() for _, call, _ in rows}
        room.polls.append((begin, monotonic(), shown))
    client.close()


def delays(room: Room) -> list[float]:
    """Seconds from each move to the board that shows it; a board that denies a move made before it was asked fails.

    A case that moved on before the board was asked counts as shown, since the board then shows the later move.
    """
    latest: dict[str, list[Moved]] = {}
    for move in sorted(room.moves, key=lambda each: each.at):
        latest.setdefault(move.call_number, []).append(move)
    return [delay for moves in latest.values() for delay in _delays(moves, room)]


def _delays(moves: list[Moved], room: Room) -> Iterator[float]:
    for index, move in enumerate(moves):
        later = {each.group for each in moves[index:]}
        began, ended, shown = next(poll for poll in room.polls if poll[0] >= move.at)
        stands = shown.get(move.call_number, "not shown")
        assert stands in later, f"{stands} {began - move.at:.2f} s after {move} of {moves}"
        yield ended - move.at
