"""What the form screen's buttons do: take what was read, scanned or keyed, confirm it, go on without a form."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from kiosk.actions.form_watch import FormStation, FormWatch
from kiosk.clock import stamp
from kiosk.domain.applicant import FORM_KEYED, KEYED_ONCE, WITHOUT_FORM
from kiosk.domain.errors import FormAlreadyUsed, MyNumberRefused, NotAllowedNow, Refused
from kiosk.domain.form_qr import (
    ID_LENGTH,
    NOTHING_READ,
    FormId,
    FormReading,
    ReadingKind,
    differing_groups,
    read_payloads,
)
from kiosk.domain.states import ApplicationEvent, allowed
from kiosk.domain.window import Window
from kiosk.ports import Camera, Clock
from kiosk.rules import load_rules
from kiosk.store.vault import Vault
from kiosk.store.window_file import WindowStore

FORM_CURRENT = "form_current"
"""Answer: name and address on the form are those of the residence record today (yes or no)."""
REISSUE_WANTED = "reissue_wanted"
OLD_ADDRESS, NO_FORM = "old_address", "no_form"
_MOST_PENDING = 4
_NEAR = 4
"""Digits more or fewer than a form ID has, up to which a keyed number stays on screen to be mended."""
"""Forms shown and not yet confirmed: one at the applicant screen, some at the desk; an older one is forgotten."""
_REFUSALS = {
    ReadingKind.OTHER_CODE: "form_qr.error_other_code",
    ReadingKind.SEVERAL_FORMS: "form_qr.error_several_forms",
    ReadingKind.NONE: "form_qr.error_nothing_read",
}


class Parts(Protocol):
    """What these deeds need of the kiosk's parts."""

    live: dict[str, Any]
    guard: threading.RLock

    @property
    def camera_form(self) -> Camera:
        """The camera the form is held up to."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def rules_folder(self) -> Path | None:
        """The municipality's own rules."""

    @property
    def vault(self) -> Vault:
        """Says when a window's key is dropped."""

    def current_window(self) -> Window | None:
        """The window at work."""

    def window_store(self) -> WindowStore:
        """The open window's file."""


class EntriesDiffer(Refused):
    """The number keyed again is another one; ``groups`` says which groups (from 1) differ, never what they are."""

    def __init__(self, groups: tuple[int, ...]) -> None:
        super().__init__("form_qr.error_entries_differ")
        self.groups = groups


class WrongLength(Refused):
    """A number of some other length than a form ID's; ``is_near`` when one or a few digits were missed or doubled."""

    def __init__(self, digits: int) -> None:
        super().__init__(f"form_qr.error_too_{'few' if digits < ID_LENGTH else 'many'}_digits")
        self.is_near = abs(digits - ID_LENGTH) <= _NEAR


def allowed_hosts(parts: Parts) -> list[str]:
    """Where a form's code may point."""
    hosts: list[str] = load_rules("form_qr", parts.rules_folder)["payload"]["hosts"]
    return hosts


def station_of(parts: Parts) -> FormStation:
    """The form station of this kiosk; what it has just read goes when a window's key is dropped."""

    def make(uid: str) -> FormWatch:
        return FormWatch(uid, parts.camera_form, allowed_hosts(parts), parts.clock)

    with parts.guard:
        if "form_station" not in parts.live:
            station = FormStation(make)
            parts.vault.when_key_dropped(lambda _window: station.end())
            parts.live["form_station"] = station
        made: FormStation = parts.live["form_station"]
        return made


def take_reading(parts: Parts, uid: str) -> FormId:
    """Take the form the camera has just read; raises Refused when there is none, FormAlreadyUsed.

    A second tap gives what the first one took.
    """
    watch = station_of(parts).current(uid)
    reading = watch.view(0, 0).reading if watch else NOTHING_READ
    station_of(parts).end(uid)
    taken = _pending(parts).get(uid) if reading.kind is ReadingKind.NONE else None
    return taken or _offer(parts, uid, reading)


def take_payloads(parts: Parts, uid: str, payloads: Sequence[str]) -> FormId:
    """Take what a scanner typed, in every way its keys may be meant; raises Refused and its kinds."""
    return _offer(parts, uid, read_payloads(payloads, allowed_hosts(parts)))


def check_entry(parts: Parts, entry: str) -> FormId:
    """The ID keyed once; raises Refused and its kinds. Nothing is kept of what is refused."""
    return _form_id_of(read_payloads([entry], allowed_hosts(parts)))


def take_entries(parts: Parts, uid: str, first: str, second: str) -> FormId:
    """Take a number keyed twice; raises EntriesDiffer when the two are not the same."""
    once, again = check_entry(parts, first), check_entry(parts, second)
    groups = differing_groups(once, again)
    if groups:
        raise EntriesDiffer(groups)
    return _offer(parts, uid, FormReading(ReadingKind.FORM_ID, once))


def take_entry_once(parts: Parts, uid: str, entry: str) -> FormId:
    """Take a number keyed once, which staff compare with the paper before they accept; raises Refused and its kinds."""
    form_id = _offer(parts, uid, FormReading(ReadingKind.FORM_ID, check_entry(parts, entry)))
    with parts.guard:
        _keyed_once(parts).add(uid)
    return form_id


def offered(parts: Parts, uid: str) -> FormId | None:
    """The form this person has shown and not yet confirmed, else the one already kept."""
    with parts.guard:
        pending: FormId | None = _pending(parts).get(uid)
    kept = parts.window_store().applications.get(uid).form_id
    return pending or (FormId(kept) if kept else None)


def confirm_form(parts: Parts, uid: str) -> None:
    """Name and address on the form are right: keep its ID. A second tap changes nothing; raises FormAlreadyUsed."""
    with parts.guard:
        shown, is_keyed_once = _pending(parts).get(uid), uid in _keyed_once(parts)
    store, at = parts.window_store(), stamp(parts.clock)
    kept = store.applications.get(uid)
    form_id = shown or kept.form_id
    if form_id is None:
        raise NotAllowedNow("no form was shown")
    if shown is None and kept.answers.get(FORM_CURRENT) == "yes":
        return
    keyed = {FORM_KEYED: KEYED_ONCE if is_keyed_once else None} if shown else {}
    gone = {WITHOUT_FORM: None, REISSUE_WANTED: None}
    with store.write():
        store.applications.set_form_id(uid, form_id, at)
        store.applications.save_answers(uid, {FORM_CURRENT: "yes", **keyed, **gone}, at)
    _forget(parts, uid)


def refuse_form(parts: Parts, uid: str) -> None:
    """Name or address has changed: this form cannot be used; the wish for a new one is noted for the office."""
    store, at = parts.window_store(), stamp(parts.clock)
    store.applications.set_form_id(uid, None, at)
    _note_reissue(store, uid, OLD_ADDRESS, at)
    store.applications.save_answers(uid, {FORM_CURRENT: "no", FORM_KEYED: None}, at)
    _forget(parts, uid)


def go_without_form(parts: Parts, uid: str) -> None:
    """Go on by hand, without an application form ID; the wish for a form is noted for the office."""
    store, at = parts.window_store(), stamp(parts.clock)
    store.applications.set_form_id(uid, None, at)
    if store.applications.get(uid).answers.get(REISSUE_WANTED) != OLD_ADDRESS:
        _note_reissue(store, uid, NO_FORM, at)
    store.applications.save_answers(uid, {WITHOUT_FORM: "yes", FORM_CURRENT: None, FORM_KEYED: None}, at)
    let_go(parts, uid)


def let_go(parts: Parts, uid: str) -> None:
    """Look for this person's form no more, and forget what was shown and not confirmed."""
    station_of(parts).end(uid)
    _forget(parts, uid)


def refuse_when_handed_in(parts: Parts, uid: str) -> None:
    """Raise NotAllowedNow when the application is no longer the applicant's to change."""
    if ApplicationEvent.SUBMIT not in allowed(parts.window_store().applications.get(uid).state):
        raise NotAllowedNow("the application is with the staff")


def _offer(parts: Parts, uid: str, reading: FormReading) -> FormId:
    form_id = _form_id_of(reading)
    refuse_when_handed_in(parts, uid)
    holder = parts.window_store().applications.by_form_id(form_id)
    if holder and holder.uid != uid:
        raise FormAlreadyUsed(holder.uid, holder.started_at)
    with parts.guard:
        pending = _pending(parts)
        pending.pop(uid, None)
        _keyed_once(parts).discard(uid)
        pending[uid] = form_id
        for oldest in list(pending)[:-_MOST_PENDING]:
            pending.pop(oldest)
            _keyed_once(parts).discard(oldest)
    station_of(parts).end(uid)
    return form_id


def _form_id_of(reading: FormReading) -> FormId:
    if reading.form_id:
        return reading.form_id
    if reading.kind is ReadingKind.MY_NUMBER_REFUSED:
        raise MyNumberRefused
    if reading.digit_count is not None:
        raise WrongLength(reading.digit_count)
    raise Refused(_REFUSALS[reading.kind])


def _note_reissue(store: WindowStore, uid: str, kind: str, at: str) -> None:
    if store.applications.get(uid).answers.get(REISSUE_WANTED) != kind:
        store.applications.save_answers(uid, {REISSUE_WANTED: kind}, at)
        store.statistics.reissue_requested(kind, at)


def _pending(parts: Parts) -> dict[str, FormId]:
    """uid → form shown at the window at work; all of them go when that window's key is dropped."""
    window = parts.current_window()
    with parts.guard:
        if "form_pending" not in parts.live:
            fresh: dict[str, dict[str, FormId]] = {}
            parts.vault.when_key_dropped(lambda window_id: fresh.pop(window_id, None))
            parts.live["form_pending"] = fresh
        pending: dict[str, FormId] = parts.live["form_pending"].setdefault(window.id if window else "", {})
        return pending


def _keyed_once(parts: Parts) -> set[str]:
    keyed: set[str] = parts.live.setdefault("form_keyed_once", set())
    return keyed


def _forget(parts: Parts, uid: str) -> None:
    with parts.guard:
        _pending(parts).pop(uid, None)
        _keyed_once(parts).discard(uid)
