"""Every state and every allowed move, one table each for applications and windows.

Nobody else compares states: ask ``advance`` or ``allowed``. docs/states.md is generated from here.
"""

from enum import StrEnum

from kiosk.domain.errors import NotAllowedNow


class ApplicationState(StrEnum):
    """Where one application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IDENTITY_CHECKED = "identity_checked"
    ACCEPTED = "accepted"
    SEALED = "sealed"
    ACKNOWLEDGED = "acknowledged"
    ERASED = "erased"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    ABANDONED = "abandoned"


class ApplicationEvent(StrEnum):
    """What can happen to an application; each is one button or one command."""

    SUBMIT = "submit"
    CHECK_IDENTITY = "check_identity"
    ACCEPT = "accept"
    RETURN = "return"
    WITHDRAW = "withdraw"
    REJECT = "reject"
    ABANDON = "abandon"
    REOPEN = "reopen"
    SEAL = "seal"
    ACKNOWLEDGE = "acknowledge"
    ERASE = "erase"


class WindowState(StrEnum):
    """Where one venue session stands."""

    PLANNED = "planned"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    SEALED = "sealed"
    ACKNOWLEDGED = "acknowledged"
    ERASED = "erased"


class WindowEvent(StrEnum):
    """What can happen to a window."""

    OPEN = "open"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"
    SEAL = "seal"
    ACKNOWLEDGE = "acknowledge"
    ERASE = "erase"


_A, _E = ApplicationState, ApplicationEvent
APPLICATION_MOVES: dict[tuple[ApplicationState, ApplicationEvent], ApplicationState] = {
    (_A.DRAFT, _E.SUBMIT): _A.SUBMITTED,
    (_A.DRAFT, _E.ABANDON): _A.ABANDONED,
    (_A.RETURNED, _E.SUBMIT): _A.SUBMITTED,
    (_A.SUBMITTED, _E.CHECK_IDENTITY): _A.IDENTITY_CHECKED,
    (_A.SUBMITTED, _E.RETURN): _A.RETURNED,
    (_A.SUBMITTED, _E.WITHDRAW): _A.WITHDRAWN,
    (_A.SUBMITTED, _E.REJECT): _A.REJECTED,
    (_A.RETURNED, _E.WITHDRAW): _A.WITHDRAWN,
    (_A.RETURNED, _E.REJECT): _A.REJECTED,
    (_A.IDENTITY_CHECKED, _E.ACCEPT): _A.ACCEPTED,
    (_A.IDENTITY_CHECKED, _E.CHECK_IDENTITY): _A.IDENTITY_CHECKED,
    (_A.IDENTITY_CHECKED, _E.RETURN): _A.RETURNED,
    (_A.IDENTITY_CHECKED, _E.WITHDRAW): _A.WITHDRAWN,
    (_A.IDENTITY_CHECKED, _E.REJECT): _A.REJECTED,
    (_A.ACCEPTED, _E.WITHDRAW): _A.WITHDRAWN,
    (_A.ACCEPTED, _E.REOPEN): _A.SUBMITTED,
    (_A.ACCEPTED, _E.SEAL): _A.SEALED,
    (_A.SEALED, _E.REOPEN): _A.SUBMITTED,  # for a correction, once the window is open again
    (_A.SEALED, _E.ACKNOWLEDGE): _A.ACKNOWLEDGED,
    (_A.ACKNOWLEDGED, _E.ERASE): _A.ERASED,
    (_A.WITHDRAWN, _E.ERASE): _A.ERASED,
    (_A.REJECTED, _E.ERASE): _A.ERASED,
    (_A.ABANDONED, _E.ERASE): _A.ERASED,
    (_A.SEALED, _E.ERASE): _A.ERASED,  # two supervisors with a reason, without acknowledgement
}

_W, _V = WindowState, WindowEvent
WINDOW_MOVES: dict[tuple[WindowState, WindowEvent], WindowState] = {
    (_W.PLANNED, _V.OPEN): _W.OPEN,
    (_W.OPEN, _V.PAUSE): _W.PAUSED,
    (_W.PAUSED, _V.RESUME): _W.OPEN,
    (_W.OPEN, _V.CLOSE): _W.CLOSED,
    (_W.PAUSED, _V.CLOSE): _W.CLOSED,
    (_W.CLOSED, _V.REOPEN): _W.OPEN,
    (_W.CLOSED, _V.SEAL): _W.SEALED,
    (_W.SEALED, _V.REOPEN): _W.OPEN,
    (_W.SEALED, _V.ACKNOWLEDGE): _W.ACKNOWLEDGED,
    (_W.ACKNOWLEDGED, _V.ERASE): _W.ERASED,
    (_W.SEALED, _V.ERASE): _W.ERASED,  # two supervisors with a reason, without acknowledgement
}


def advance(state: ApplicationState, event: ApplicationEvent) -> ApplicationState:
    """The state after ``event``; raises NotAllowedNow when the table has no such move."""
    try:
        return APPLICATION_MOVES[state, event]
    except KeyError:
        raise NotAllowedNow(f"it is {state} now, which does not allow: {event}") from None


def advance_window(state: WindowState, event: WindowEvent) -> WindowState:
    """The window's state after ``event``; raises NotAllowedNow when the table has no such move."""
    try:
        return WINDOW_MOVES[state, event]
    except KeyError:
        after = ", ".join(sorted(allowed_window(state))) or "nothing more"
        raise NotAllowedNow(f"cannot {event} a window that is {state}; what can be done: {after}") from None


GOING = (_A.ACCEPTED, _A.SEALED, _A.ACKNOWLEDGED, _A.ERASED)
"""Accepted: what it brought goes, or went, to the office with it."""


def is_correctable(state: ApplicationState) -> bool:
    """Whether its answers may be corrected at the desk; those of an accepted one only after it was reopened."""
    return not {ApplicationEvent.SUBMIT, ApplicationEvent.RETURN}.isdisjoint(allowed(state))


def is_abandoned(state: ApplicationState) -> bool:
    """Whether somebody walked off before handing in, or did not consent."""
    return state is ApplicationState.ABANDONED


def is_acknowledged(state: WindowState) -> bool:
    """Whether the office has answered for every batch of the window."""
    return state is WindowState.ACKNOWLEDGED


def is_erased(state: WindowState) -> bool:
    """Whether nothing of the window can be opened any more."""
    return state is WindowState.ERASED


def allowed(state: ApplicationState) -> tuple[ApplicationEvent, ...]:
    """The events an application in ``state`` allows, in table order."""
    return tuple(event for (origin, event) in APPLICATION_MOVES if origin == state)


def allowed_window(state: WindowState) -> tuple[WindowEvent, ...]:
    """The events a window in ``state`` allows, in table order."""
    return tuple(event for (origin, event) in WINDOW_MOVES if origin == state)


def outcomes(event: ApplicationEvent) -> tuple[ApplicationState, ...]:
    """The states ``event`` leads to, in table order."""
    return tuple(dict.fromkeys(after for (_, each), after in APPLICATION_MOVES.items() if each == event))


def origins(event: ApplicationEvent) -> tuple[ApplicationState, ...]:
    """The states from which ``event`` may happen, in table order."""
    return tuple(origin for (origin, each) in APPLICATION_MOVES if each == event)
