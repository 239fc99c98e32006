"""The receipt a person takes home: what was taken in, what comes next. No birth date, no full ID, no photo."""

from pathlib import Path

from kiosk.actions.applicant import applicant_rules
from kiosk.actions.desk import Parts
from kiosk.domain.applicant import card_warnings
from kiosk.domain.custody import not_back
from kiosk.domain.eras import in_era
from kiosk.domain.errors import NotAllowedNow
from kiosk.domain.receipt import Receipt
from kiosk.domain.states import ApplicationEvent, ApplicationState, origins
from kiosk.rules import load_rules

HAS_RECEIPT = frozenset({*origins(ApplicationEvent.SEAL), ApplicationState.SEALED})


def receipt_of(parts: Parts, uid: str) -> Receipt:
    """The receipt of an accepted application; raises NotAllowedNow for one that is not accepted."""
    store, window, today = parts.window_store(), parts.current_window(), parts.clock.today()
    application, check = store.applications.get(uid), store.identity.get(uid)
    if application.state not in HAS_RECEIPT or check is None:
        raise NotAllowedNow("only what is accepted has a receipt")
    held = not_back(store.custody.list(uid))
    rules = load_rules("receipt", Path(parts.settings.rules) if parts.settings.rules else None)
    least, most = rules["weeks"][check.result]
    return Receipt(
        call_number=application.call_number,
        day=today.isoformat(),
        day_in_era=in_era(today, applicant_rules(parts.settings).eras),
        place=window.place if window else "",
        municipality=parts.settings.municipality_name,
        phone=parts.settings.phone,
        contact_name=str(application.answers.get("contact_name", "")),
        form_tail=(application.form_id or "")[-4:],
        items=tuple((line.item, line.count) for line in held),
        envelope=next((line.envelope or "" for line in held), ""),
        delivery=check.result,
        weeks=(least, most),
        phones=tuple(rules["phones"]),
        is_rehearsal=bool(window and window.rehearsal),
        warnings=tuple(card_warnings(application.answers, applicant_rules(parts.settings))),
    )
