"""The day in numbers, out of the window's file: for the statistics page, the day sheet and the company's report."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import dropwhile

from kiosk.actions.applicant import applicant_rules
from kiosk.actions.desk import Parts, note
from kiosk.domain.day_sheet import CompanyReport, DaySheet, SealedFile
from kiosk.domain.eras import in_era
from kiosk.domain.states import ApplicationState
from kiosk.domain.statistics import EVENTS, Day, day, times_set_back
from kiosk.store.audit import AuditEntry


def day_of(parts: Parts, window_id: str | None = None) -> Day:
    """The numbers of a window, the current one unless named; raises Locked or NotFound."""
    store = parts.window_store(window_id)
    return day(
        counts=store.applications.counts(),
        started=store.applications.starts(),
        firsts=store.applications.firsts(EVENTS),
        attempts=store.statistics.photo_attempts(),
        turned_away=store.statistics.reissues(),
    )


def day_sheet_of(parts: Parts, window_id: str, staff: str) -> DaySheet:
    """The day sheet of a window; that it was made is logged, and the log's head on it includes that line."""
    kiosk = parts.kiosk_store
    window = kiosk.windows.get(window_id)
    numbers = day_of(parts, window_id)
    custody = parts.window_store(window_id).custody.list()
    note(parts, "day_sheet_made", staff, window_id)
    entries, states = kiosk.audit.list(), Counter(line.state for line in custody)
    return DaySheet(
        window_id=window.id,
        company=window.company,
        place=window.place,
        municipality=parts.settings.municipality_name,
        day=_written(parts, window.held_on),
        made_at=parts.clock.now().strftime("%Y-%m-%d %H:%M"),
        head_count=window.head_count,
        numbers=numbers,
        items=states,
        sealed=_sealed(parts, window_id),
        audit_head=kiosk.audit.head(),
        audit_entries=len(entries),
        times_set_back=times_set_back(entry.at for entry in _since_opened(entries, window_id)),
        is_rehearsal=window.rehearsal,
    )


def _since_opened(entries: Iterable[AuditEntry], window_id: str) -> Iterator[AuditEntry]:
    """The log from this window's opening on; what the clock did before is no matter of its day."""
    return dropwhile(lambda each: (each.event, each.subject) != ("window_open", window_id), entries)


def _sealed(parts: Parts, window_id: str) -> tuple[SealedFile, ...]:
    batches = parts.kiosk_store.batches.list(window_id)
    return tuple(SealedFile(each.seq, each.file_name, each.sha256, each.applications) for each in batches)


def company_report_of(parts: Parts, window_id: str, staff: str) -> CompanyReport:
    """What the company may know: totals, nothing that points at a person."""
    window = parts.kiosk_store.windows.get(window_id)
    numbers = day_of(parts, window_id)
    note(parts, "company_report_made", staff, window_id)
    gone = (ApplicationState.DRAFT, ApplicationState.ABANDONED)
    return CompanyReport(
        company=window.company,
        place=window.place,
        municipality=parts.settings.municipality_name,
        phone=parts.settings.phone,
        day=_written(parts, window.held_on),
        head_count=window.head_count,
        came=numbers.started,
        handed_in=numbers.started - sum(numbers.counts[state] for state in gone),
        is_rehearsal=window.rehearsal,
    )


def _written(parts: Parts, held_on: str) -> str:
    return f"{in_era(date.fromisoformat(held_on), applicant_rules(parts.settings).eras)}({held_on})"
