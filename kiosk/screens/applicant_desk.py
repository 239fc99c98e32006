"""Serving a person from the desk: begin for them, ask what the applicant screen would ask, look it over, hand it in."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import applicant_desk as deeds
from kiosk.actions.applicant import applicant_rules, step_of
from kiosk.domain.applicant import Step, StepKind, items_asked, step_before, way
from kiosk.domain.errors import NotAllowedNow, Refused, TappedFirst
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, allowed
from kiosk.screens import again, queue_page, services, settings, signed_in
from kiosk.texts import languages, leading, translator


def register(blueprint: Blueprint) -> None:
    """Add these addresses to the queue's."""
    blueprint.get("/new")(new)
    blueprint.post("/new")(begin)
    blueprint.post("/<uid>/to-desk")(to_desk)
    blueprint.get("/<uid>/entry")(entry)
    blueprint.get("/<uid>/question/<key>")(question)
    blueprint.post("/<uid>/question/<key>")(answer)
    blueprint.post("/<uid>/photo-start")(photo_start)
    blueprint.post("/<uid>/photo-left-out")(photo_left_out)
    blueprint.post("/<uid>/submit")(submit)
    blueprint.get("/<uid>/stop")(stop)
    blueprint.post("/<uid>/end")(end)
    blueprint.post("/<uid>/abandon")(abandon)


def new() -> ResponseReturnValue:
    """The purpose of use to be read out, the person's language, the consent given orally."""
    session["begin_uid"] = services().ids.uid()
    shown = again.take("queue/new")
    known = [(code, translator(code)("applicant.label_language")) for code in leading(settings().languages)]
    context = {"items": items_asked(applicant_rules(settings())), "languages": known, "error": shown.text_key}
    return render_template("applicant_desk_new.html", **context, typed=shown.typed), shown.status


def begin() -> ResponseReturnValue:
    """Begin the draft; the number made for the page keeps a double tap from beginning two."""
    uid, language = session.get("begin_uid"), request.form.get("language", "")
    if uid is None or language not in languages():
        return redirect(url_for("queue.new"), code=303)
    try:
        consent = request.form.get("consent") == "yes"
        deeds.begin(services(), uid, language, signed_in.staff(), has_consented=consent)
    except Refused as refused:
        again.keep(again.Again("queue/new", {"language": language}, refused))
        return redirect(url_for("queue.new"), code=303)
    return to_next(uid)


def to_desk(uid: str) -> ResponseReturnValue:
    """Go on at the desk with a draft the person began at the applicant screen."""
    return do(uid, lambda: deeds.bring_to_desk(services(), uid, signed_in.staff()))


def entry(uid: str) -> ResponseReturnValue:
    """Send on to the first step still open."""
    return redirect(address(uid, step_of(services(), _application(uid))), code=303)


def address(uid: str, step: Step) -> str:
    """The desk's page for one step; photo and review are the application's own page."""
    if step.kind is StepKind.QUESTION:
        return url_for("queue.question", uid=uid, key=step.key)
    named = {StepKind.FORM_QR: "queue.form", StepKind.STOP: "queue.stop"}
    return url_for(named.get(step.kind, "queue.application"), uid=uid)


def question(uid: str, key: str) -> ResponseReturnValue:
    """One question as the applicant screen has it, in Japanese and in the person's language."""
    shown = again.take(f"queue/{uid}/question/{key}")
    typed = shown.typed if shown.refused else None
    context = queue_page.change_context(uid, key, shown.text_key, typed)
    return render_template("applicant_desk_question.html", **context, **_place(uid, key)), shown.status


def _place(uid: str, key: str) -> dict[str, Any]:
    """Where this question stands on the way, and the words the person would read."""
    application, rules, today = _application(uid), applicant_rules(settings()), services().clock.today()
    step, steps = Step(StepKind.QUESTION, key), way(application.answers, rules, today)
    return {
        "theirs": translator(application.language) if application.language != "ja" else None,
        "number": steps.index(step) + 1 if step in steps else 1,
        "total": len(steps),
        "back": address(uid, step_before(step, application.answers, rules, today)),
    }


def answer(uid: str, key: str) -> ResponseReturnValue:
    """Keep an answer and go on; one that cannot be kept is shown again with the reason."""
    fields = {"answer": ""} if "skip" in request.form else request.form
    try:
        deeds.answer(services(), uid, signed_in.staff(), key, fields, version())
    except (Refused, TappedFirst) as refused:
        typed = {} if refused.text_key in again.FORGET else request.form.to_dict()
        again.keep(again.Again(f"queue/{uid}/question/{key}", typed, refused))
        return redirect(url_for("queue.question", uid=uid, key=key), code=303)
    return to_next(uid)


def photo_start(uid: str) -> ResponseReturnValue:
    """Watch the camera for this person, or again after a shot."""
    services().stage("person")
    return do(uid, lambda: deeds.start_photo(services(), uid, signed_in.staff()))


def photo_left_out(uid: str) -> ResponseReturnValue:
    """Go on without a photo that is only offered."""
    return do(uid, lambda: deeds.leave_out_photo(services(), uid, signed_in.staff(), version()))


def submit(uid: str) -> ResponseReturnValue:
    """Hand it in for the person."""
    return do(uid, lambda: deeds.submit(services(), uid, signed_in.staff(), version()))


def stop(uid: str) -> ResponseReturnValue:
    """Why no application is made here; one that was handed in before is not ended by this page."""
    application = _application(uid)
    if step_of(services(), application).kind is not StepKind.STOP:
        return to_next(uid)
    can_end = ApplicationEvent.ABANDON in allowed(application.state)
    stopped = queue_page.stop_of(application)
    return render_template("applicant_desk_stop.html", application=application, stop=stopped, can_end=can_end)


def end(uid: str) -> ResponseReturnValue:
    """End what cannot be applied for here, counted by its reason."""
    return do(uid, lambda: deeds.end_here(services(), uid, signed_in.staff(), version()))


def abandon(uid: str) -> ResponseReturnValue:
    """Count a draft as abandoned, with a reason."""
    return do(uid, lambda: deeds.abandon(services(), uid, signed_in.staff(), request.form, version()))


def do(uid: str, deed: Callable[[], object], then: str | None = None) -> ResponseReturnValue:
    """Do it and go on; what is refused is said on the application's page as it now is, without what was typed."""
    try:
        deed()
    except (Refused, TappedFirst, NotAllowedNow) as refused:
        again.keep(again.Again(f"queue/{uid}", refused=refused))
        then = None
    return redirect(then or url_for("queue.application", uid=uid), code=303)


def to_next(uid: str) -> ResponseReturnValue:
    """Go to the first step still open."""
    return redirect(url_for("queue.entry", uid=uid), code=303)


def version() -> int:
    """The version the form on screen was made from; a form without one is out of date."""
    return request.form.get("version", -1, type=int)


def _application(uid: str) -> Application:
    return services().window_store().applications.get(uid)
