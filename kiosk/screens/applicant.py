"""The applicant's screens: language, notice and consent, one question a screen, review, call slip."""

import io
from contextlib import suppress
from datetime import date
from typing import Any

import qrcode
import qrcode.constants
from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kiosk.actions import applicant as deeds
from kiosk.actions import form_qr
from kiosk.actions.photo_station import station_of
from kiosk.actions.resume import what_to_mend
from kiosk.domain.applicant import (
    STOPPED_BY,
    Step,
    StepKind,
    items_asked,
    question_for,
    questions,
    renewal_from,
    step_before,
    way,
)
from kiosk.domain.applicant_rules import Question
from kiosk.domain.eras import era_of
from kiosk.domain.errors import AnswerRefused, KioskError, NotFound
from kiosk.domain.queue import Application
from kiosk.screens import again, contexts, services, settings
from kiosk.texts import languages, proper_name, translator

blueprint = Blueprint("applicant", __name__)
DISPLAY_SWITCHES = ("contrast", "large", "low", "speech")


@blueprint.app_context_processor
def applicant_words() -> dict[str, Any]:
    """What every applicant page shows: languages to choose, display switches, progress, the words of an item."""
    return {
        "language_choices": _language_choices,
        "display": session.get("display", ""),
        "can_speak": services().speaker.speaks(contexts.language()),
        "progress": _progress,
        "has_draft": "uid" in session,
        "rules": deeds.applicant_rules(settings()),
    }


def _language_choices() -> list[tuple[str, str, str]]:
    """Code, tag for ``lang=`` and own name of each language that is set and has a catalogue."""
    offered = [code.strip() for code in settings().languages.split(",")]
    known = ((code, translator(code)) for code in offered if code in languages())
    return [(code, t("applicant.label_lang_tag"), t("applicant.label_language")) for code, t in known]


def _progress() -> dict[str, Any] | None:
    """Stages of the way and where this page is among them; None beside the way."""
    try:
        step = _step_of_page()
        return _stages(_application(), step) if step else None
    except KioskError:
        return None


def _step_of_page() -> Step | None:
    if request.blueprint in ("form_qr", "photo"):
        return Step(StepKind(request.blueprint))
    if request.endpoint in ("applicant.question", "applicant.answer") and request.view_args:
        return Step(StepKind.QUESTION, request.view_args["key"])
    return Step(StepKind.REVIEW) if request.endpoint == "applicant.review" else None


def _stages(application: Application, step: Step) -> dict[str, Any]:
    steps = way(application.answers, _rules(), _today())
    names = [_stage_of(each, steps) for each in steps]
    position = steps.index(step) if step in steps else 0
    return {"names": list(dict.fromkeys(names)), "now": names[position], "number": position + 1, "total": len(steps)}


def _stage_of(step: Step, steps: list[Step]) -> str:
    photo = Step(StepKind.PHOTO)
    if step.kind is not StepKind.QUESTION:
        return step.kind.value
    is_after_photo = photo in steps and steps.index(step) > steps.index(photo)
    return "delivery" if is_after_photo else "questions"


def _rules() -> Any:
    return deeds.applicant_rules(settings())


def _today() -> date:
    return services().clock.today()


_FOR_EVERYBODY = ("start", "language", "display", "consent", "finish")


@blueprint.before_request
def send_strangers_to_the_start() -> ResponseReturnValue | None:
    """After a wipe, a page reached by going back belongs to nobody."""
    name = (request.endpoint or "").removeprefix("applicant.")
    return None if "uid" in session or name in _FOR_EVERYBODY else _go(url_for("applicant.start"))


def _application() -> Application:
    if "uid" not in session:
        raise NotFound("nobody is at this screen")
    return deeds.current(services(), session["uid"])


def _address(step: Step) -> str:
    if step.kind is StepKind.QUESTION:
        return url_for("applicant.question", key=step.key)
    if step.kind in (StepKind.FORM_QR, StepKind.PHOTO):
        return f"/{step.kind}/"
    return url_for(f"applicant.{step.kind}")


def _go(address: str) -> ResponseReturnValue:
    return redirect(address, code=303)


@blueprint.get("/")
def start() -> ResponseReturnValue:
    """Choose a language; somebody in the middle of the way is sent on to where they were."""
    if _is_on_the_way():
        return _go(url_for("applicant.next_step"))
    return render_template("language.html", is_open=_lets_begin())


def _lets_begin() -> bool:
    window = services().current_window()
    return window is not None and window.lets_begin


def _is_on_the_way() -> bool:
    try:
        return bool(_application().uid)
    except KioskError:
        return False


@blueprint.post("/applicant/language")
def language() -> ResponseReturnValue:
    """Change the language at any step and come back to the same page; from the start page go on."""
    switch()
    return _go(_safe_back())


@blueprint.post("/applicant/display")
def display() -> ResponseReturnValue:
    """Switch high contrast or large text on or off, for this person only."""
    switch()
    return _go(_safe_back())


def switch() -> bool:
    """Apply a language or display button of the header; False when none was pressed."""
    chosen, switch = request.form.get("language"), request.form.get("display")
    if chosen in languages():
        session["language"] = chosen
        if "uid" in session:
            deeds.change_language(services(), session["uid"], chosen)
    if switch in DISPLAY_SWITCHES:
        session["display"] = " ".join(sorted(set(session.get("display", "").split()) ^ {switch}))
    return chosen is not None or switch is not None


def _safe_back() -> str:
    back = request.form.get("back", "/")
    is_local = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if is_local else "/"


@blueprint.get("/applicant/consent")
def consent() -> ResponseReturnValue:
    """The purpose of use, everything asked and why, made from the rules."""
    if _is_on_the_way():
        return _go(url_for("applicant.next_step"))
    if not _lets_begin():
        return render_template("not_open.html")
    session.setdefault("uid", services().ids.uid())
    return render_template("consent.html", items=items_asked(_rules()), same_person_guard=settings().same_person_guard)


@blueprint.post("/applicant/consent")
def give_consent() -> ResponseReturnValue:
    """Begin the draft; the number made for the notice page keeps a double tap from beginning two."""
    if not _lets_begin():
        return _go(url_for("applicant.consent"))
    deeds.begin(services(), session["uid"], session.get("language", "ja"))
    return _go(url_for("applicant.next_step"))


@blueprint.get("/applicant/next")
def next_step() -> ResponseReturnValue:
    """Send on to the first step still open."""
    try:
        return _go(_address(deeds.step_of(services(), _application())))
    except NotFound:
        return _go(url_for("applicant.consent"))


@blueprint.get("/applicant/before/<kind>")
def before(kind: str) -> ResponseReturnValue:
    """Send back to the step before the photo, the form or the review."""
    step = Step(StepKind(kind)) if kind in ("photo", "review") else Step(StepKind.FORM_QR)
    return _go(_address(step_before(step, _application().answers, _rules(), _today())))


@blueprint.get("/applicant/question/<key>")
def question(key: str) -> ResponseReturnValue:
    """One question with the answer given so far."""
    application = _application()
    is_open = deeds.step_of(services(), application).kind
    if is_open is StepKind.SUBMITTED:
        return _go(url_for("applicant.submitted"))
    asked = question_for(key, application.answers, _rules(), _today())
    if asked is None:
        return _go(url_for("applicant.next_step"))
    shown = again.kept(f"question/{key}")
    typed = _typed_before(asked, application) if shown is None else dict(shown.typed)
    error = shown.refused.text_key if shown and shown.refused else None
    return _question_page(asked, application, typed, error, is_change=is_open is StepKind.REVIEW)


@blueprint.post("/applicant/question/<key>")
def answer(key: str) -> ResponseReturnValue:
    """Keep an answer and go on; one that cannot be kept stays on screen with the reason."""
    page = f"question/{key}"
    fields = {"answer": ""} if "skip" in request.form else request.form
    if switch():
        again.keep(again.Again(page, _typed()))
        return _go(url_for("applicant.question", key=key))
    try:
        application = deeds.answer(services(), session["uid"], key, fields)
    except AnswerRefused as refused:
        again.keep(again.Again(page, {} if refused.text_key in again.FORGET else _typed(), refused))
        return _go(url_for("applicant.question", key=key))
    except NotFound:
        again.forget()
        return _go(url_for("applicant.next_step"))
    again.forget()
    return _go(_address(deeds.step_of(services(), application)))


def _typed() -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name in _FIELDS}


_FIELDS = ("answer", "era", "year", "month", "day")


def _question_page(
    asked: Question, application: Application, typed: dict[str, str], error: str | None, *, is_change: bool
) -> str:
    step = Step(StepKind.QUESTION, asked.key)
    before_it = step_before(step, application.answers, _rules(), _today())
    return render_template(
        "question.html",
        question=asked,
        typed=typed,
        error=error,
        back=_address(before_it),
        is_change=is_change,
        municipalities=_municipalities(),
        host=_host(),
    )


def _municipalities() -> dict[str, Markup]:
    rows = _rules().municipalities
    return {row["code"]: proper_name(row["name"], row.get("kana", ""), contexts.language()) for row in rows}


def _host() -> Markup:
    return proper_name(settings().municipality_name, settings().municipality_kana, contexts.language())


def _typed_before(asked: Question, application: Application) -> dict[str, str]:
    value = application.answers.get(asked.key)
    if value is None:
        return {}
    if asked.kind in ("birth_date", "card_date"):
        year, month, day = str(value).split("-")
        return {"era": "western", "year": year, "month": month, "day": day}
    return {"answer": str(value)}


@blueprint.get("/applicant/stop")
def stop() -> ResponseReturnValue:
    """Why no application is made here, and where to go."""
    application = _application()
    step = deeds.step_of(services(), application)
    if step.kind is not StepKind.STOP:
        return _go(url_for("applicant.next_step"))
    expiry = application.answers.get("card_expiry")
    first_day = renewal_from(date.fromisoformat(expiry), _rules(), _today()) if expiry else None
    change = STOPPED_BY[step.key]
    return render_template("stop.html", reason=step.key, first_day=first_day, change=change, host=_host())


@blueprint.post("/applicant/end")
def end() -> ResponseReturnValue:
    """End what cannot be applied for here, counted by its reason; the screen is wiped even where counting fails."""
    with suppress(KioskError):
        deeds.end_here(services(), session["uid"])
    return finish()


@blueprint.get("/applicant/review")
def review() -> ResponseReturnValue:
    """Everything entered, each line with its own button to change it."""
    application = _application()
    step = deeds.step_of(services(), application)
    if step.kind is not StepKind.REVIEW:
        return _go(url_for("applicant.next_step"))
    asked = questions(application.answers, _rules(), _today())
    mend, words = what_to_mend(services(), application.uid)
    return render_template(
        "review.html",
        application=application,
        mend=mend,
        words=words,
        questions=asked,
        addresses={question.key: _address(_step(question)) for question in asked},
        municipalities=_municipalities(),
        host=_host(),
        today=_today(),
    )


def _step(question: Question) -> Step:
    return Step(StepKind.PHOTO) if question.kind == "photo" else Step(StepKind.QUESTION, question.key)


@blueprint.post("/applicant/submit")
def submit() -> ResponseReturnValue:
    """Hand in; a second tap ends at the same slip."""
    deeds.submit(services(), session["uid"])
    return _go(url_for("applicant.submitted"))


@blueprint.get("/applicant/submitted")
def submitted() -> ResponseReturnValue:
    """The call slip with the neutral call number."""
    application = _application()
    step = deeds.step_of(services(), application)
    if step.kind is not StepKind.SUBMITTED:
        return _go(url_for("applicant.next_step"))
    return render_template("submitted.html", call_number=application.call_number, can_print=settings().print_slip)


@blueprint.get("/applicant/slip.png")
def slip() -> ResponseReturnValue:
    """The call number as QR for the desk's scanner; holds nothing else."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=10, border=4)
    code.add_data(_application().call_number)
    picture = io.BytesIO()
    code.make_image().save(picture, "PNG")
    return Response(picture.getvalue(), mimetype="image/png")


@blueprint.post("/applicant/finish")
def finish() -> ResponseReturnValue:
    """Forget this person on this screen; the draft, if any, stays with staff since consent was given."""
    if "uid" in session:
        station_of(services()).end(session["uid"])
        form_qr.let_go(services(), session["uid"])
    again.forget()
    session.clear()
    response = redirect(url_for("applicant.start"), code=303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.app_template_filter("written_date")
def written_date(value: str) -> str:
    """A stored date in the person's language with its era: 1989年1月7日（昭和64年）; an unknown part stays 00."""
    t = translator(contexts.language())
    year, month, day = value.split("-")
    parts = {"year": year, "month": month.lstrip("0") or "00", "day": day.lstrip("0") or "00"}
    found = None if "00" in (month, day) else era_of(date.fromisoformat(value), _rules().eras)
    if found is None:
        return t("applicant.label_date_unknown", **parts)
    era, era_year = found
    counted = "applicant.label_era_first_year" if era_year == 1 else "applicant.label_era_year"
    name = t("applicant.label_era_" + era.key)
    return t("applicant.label_date", **parts, era=t(counted, era=name, year=era_year))
