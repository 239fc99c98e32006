"""The identity check beside the photo: asks only what the case needs, says what comes of it."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import identity as deeds
from kiosk.actions.applicant import applicant_rules
from kiosk.domain.applicant import card_warnings
from kiosk.domain.custody import MOST_OF_ONE
from kiosk.domain.errors import NotAllowedNow, Refused, TappedFirst
from kiosk.domain.identity import asks_for_pin, is_usable, kinds_for, knows_notification_card, papers_for
from kiosk.domain.queue import Application
from kiosk.screens import again, queue_page, services, signed_in
from kiosk.screens.fragments import render_block
from kiosk.screens.identity_form import check_from_form, rows, rows_from_form

blueprint = Blueprint("identity", __name__, url_prefix="/identity")


@blueprint.get("/<uid>")
def check(uid: str) -> ResponseReturnValue:
    """The check as it was kept, or a fresh one."""
    application = services().window_store().applications.get(uid)
    kept = services().window_store().identity.get(uid)
    shown = again.take(f"identity/{uid}")
    seen = deeds.check_from(kept) if kept else deeds.first_check(application)
    seen = check_from_form(shown.typed) if shown.refused else seen
    return render_template("identity.html", **_context(application, seen, shown.text_key)), shown.status


@blueprint.post("/<uid>/assess")
def assess(uid: str) -> ResponseReturnValue:
    """What comes of the form as it stands, without the form itself: its fields are the person's; keeps nothing."""
    application = services().window_store().applications.get(uid)
    context = _context(application, check_from_form(request.form))
    context["rows"] = rows_from_form(request.form, "document")
    context["representative_rows"] = rows_from_form(request.form, "representative")
    return render_block("identity.html", "verdict", **context, is_refresh=True)


@blueprint.post("/<uid>")
def record(uid: str) -> ResponseReturnValue:
    """Keep the check and go back to the application; what is refused is shown again, never by this POST's answer."""
    seen = check_from_form(request.form)
    version, shown = request.form.get("version", -1, type=int), request.form.get("shown", "")
    try:
        deeds.record(services(), uid, seen, signed_in.staff(), version, shown)
    except (Refused, TappedFirst, NotAllowedNow) as refused:
        if isinstance(refused, Refused) or queue_page.can_check(uid):
            again.keep(again.Again(f"identity/{uid}", request.form.to_dict(), refused))
            return redirect(url_for("identity.check", uid=uid), code=303)
        again.keep(again.Again(f"queue/{uid}", refused=refused))
    return redirect(url_for("queue.application", uid=uid), code=303)


def _context(application: Application, seen: deeds.Check, error: str | None = None) -> dict[str, Any]:
    parts, preset = services(), deeds.preset_of(services())
    rules, case = deeds.identity_rules(parts), deeds.case_of(parts, application, seen)
    adult = deeds.case_of_representative(case)
    return {
        "application": application,
        "seen": seen,
        "case": case,
        "preset": preset,
        "verdict": deeds.judge(parts, application, seen),
        "kinds": kinds_for(case, rules, notification=knows_notification_card(preset, rules)),
        "representative_kinds": kinds_for(adult, rules, notification=False),
        "rows": rows(seen.documents),
        "representative_rows": rows(seen.representative_documents),
        "kind_of": rules.kind,
        "counts": lambda document: is_usable(document, case, rules),
        "ic_results": deeds.IC_RESULTS,
        "ic_kinds": [
            each.key for each in rules.kinds if each.key in rules.ic_kinds and each.counts(case.purpose, case.on)
        ],
        "papers": papers_for(case, rules),
        "most_of_one": MOST_OF_ONE,
        "asks_for_pin": asks_for_pin(case, preset, rules),
        "warnings": card_warnings(
            {**application.answers, "old_card": "keep" if seen.old_card_kept else "hand_in"},
            applicant_rules(parts.settings),
        ),
        "error": error,
    }
