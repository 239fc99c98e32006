"""The audit log at the desk, for supervisors: newest entries first, whether the chain holds, and its head."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from kiosk.domain.errors import AuditBroken
from kiosk.domain.staff import Role, require_role
from kiosk.screens import services, signed_in
from kiosk.store.audit import Audit
from kiosk.texts import DEFAULT_LANGUAGE, catalogue

_ENTRIES_A_PAGE = 100
_MOST_DIGITS = 15


def register(blueprint: Blueprint) -> None:
    """Add this page to the desk."""
    blueprint.get("/audit")(audit)


def audit() -> ResponseReturnValue:
    """One page of the log; ``before`` names the entry it ends before, ``head`` one from paper to look for."""
    require_role(signed_in.account(), Role.SUPERVISOR)
    log, printed = services().kiosk_store.audit, "".join(request.args.get("head", "").split()).lower()
    entries = log.newest(_ENTRIES_A_PAGE, _number(request.args.get("before", "")))
    return render_template(
        "desk_audit.html",
        entries=entries,
        words_of=_words_of,
        older=entries[-1].seq if entries and entries[-1].seq > 1 else None,
        head=log.head(),
        printed=printed,
        place=log.place_of(printed) if printed else None,
        **_chain(log),
    )


def _number(text: str) -> int | None:
    """An entry's number out of the address, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _chain(log: Audit) -> dict[str, int | None]:
    """How many entries hold together, or the first one that does not."""
    try:
        return {"whole": log.verify(), "broken_at": None}
    except AuditBroken as broken:
        return {"whole": None, "broken_at": broken.seq}


def _words_of(event: str) -> str:
    """What happened in words; an event of another version as it was written."""
    known = catalogue(DEFAULT_LANGUAGE)
    return known.get(f"audit.event_{event}") or known.get(f"queue.event_{event}") or event
