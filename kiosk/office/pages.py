"""The office's pages: batches, worksheet, returned ones, quarantine, export. No SQL and no rules in here."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from kiosk.batch_file.manifest import REPORT, TABLE
from kiosk.domain.batch import file_name, marked
from kiosk.domain.columns import Misfit, misfit_report
from kiosk.domain.errors import NotFound
from kiosk.domain.staff import Role
from kiosk.domain.worksheet import REASONS, Filing, FilingEvent, allowed
from kiosk.office import export, overview, worksheet
from kiosk.office.database import Connection, Side, connected
from kiosk.office.lines import lines
from kiosk.office.object_store import photo_key
from kiosk.office.sign_in_page import account
from kiosk.office.site import parts

blueprint = Blueprint("office", __name__)
_LONGEST_SKIP = 9


@contextmanager
def office() -> Iterator[Connection]:
    """The database of this app's side."""
    with connected(parts().database, parts().side) as connection:
        yield connection


@blueprint.app_context_processor
def who() -> dict[str, Any]:
    """What every page shows."""
    from flask import g

    return {"account": g.get("account")}


@blueprint.app_template_filter("moment")
def moment(at: Any) -> str:
    """A time of the database as people read it here."""
    return str(at.astimezone(parts().clock.now().tzinfo).strftime("%Y-%m-%d %H:%M"))


@blueprint.app_template_filter("character")
def character(code_point: str) -> str:
    """The character of ``U+20B9F``; nothing for one that cannot be seen."""
    found = chr(int(code_point.removeprefix("U+"), 16))
    return found if found.isprintable() else ""


@blueprint.get("/")
def batch_list() -> ResponseReturnValue:
    """Batches received, the newest first; ``before`` is the last one on the page before this."""
    before = request.args.get("before") or None
    with office() as connection:
        found, queued = overview.received(connection, before), overview.queued(connection)
    batches = found[: overview.MOST_BATCHES]
    older = batches[-1]["batch_id"] if len(found) > len(batches) else None
    return render_template("office_batches.html", batches=batches, queued=queued, before=before, older=older)


@blueprint.get("/batches/<batch_id>")
def batch(batch_id: str) -> ResponseReturnValue:
    """The applications of one batch."""
    after = request.args.get("after", "")
    with office() as connection:
        rows = overview.applications(connection, batch_id, after)
        return render_template(
            "office_batch.html",
            batch=overview.batch(connection, batch_id),
            rows=rows,
            after=rows[-1]["uid"] if len(rows) == overview.MOST_ROWS else None,
            profiles=list(parts().columns["profile"]),
        )


@blueprint.get("/batches/<batch_id>/acknowledgement")
def acknowledgement(batch_id: str) -> ResponseReturnValue:
    """The file for the kiosk."""
    with office() as connection:
        found = overview.batch(connection, batch_id)
    name = file_name(found["municipality"], found["window_id"], found["seq"], rehearsal=False)
    return _download(bytes(found["acknowledgement"]), "application/json", name.removesuffix(".mab") + ".ack")


@blueprint.post("/batches/<batch_id>/export")
def exported(batch_id: str) -> ResponseReturnValue:
    """The table of a batch by the profile chosen; what CP932 lacks is shown first. That it was taken out is noted."""
    profile, part, lost = request.form.get("profile", ""), request.form.get("part"), list[Misfit]()
    with office() as connection:
        found = overview.batch(connection, batch_id)
        table = b"".join(export.exported(connection, batch_id, parts().columns, profile, lost))
        worksheet.note(connection, account().name, "export", batch_id, detail=profile)
        if lost and part is None:
            calls = overview.call_numbers(connection, batch_id)
            return render_template("office_export.html", batch=found, profile=profile, lost=lost, calls=calls)
    if part == "report":
        return _download(misfit_report(lost).encode("utf-8-sig"), "text/csv", REPORT)
    return _download(table, "text/csv", TABLE)


@blueprint.get("/returned")
def returned() -> ResponseReturnValue:
    """What came back: the re-shoot list and the others."""
    with office() as connection:
        return _listed("office_returned.html", overview.returned(connection, _skip()))


@blueprint.get("/quarantine")
def quarantine() -> ResponseReturnValue:
    """Refused files with their reasons."""
    with office() as connection:
        return _listed("office_quarantine.html", overview.refused(connection, _skip()))


@blueprint.get("/applications/<batch_id>/<uid>")
def application(batch_id: str, uid: str) -> ResponseReturnValue:
    """The filing worksheet of one application."""
    with office() as connection:
        found = worksheet.get(connection, batch_id, uid)
        worksheet.note(connection, account().name, "show", batch_id, uid)
        return render_template(
            "office_application.html",
            row=found,
            lines=lines(found["content"], parts().lines),
            events=[str(event) for event in allowed(Filing(found["state"]))],
            is_mine=found["claimed_by"] == account().name,
            may_release=account().role is Role.SUPERVISOR,
            reasons=REASONS,
            history=worksheet.history(connection, batch_id, uid),
            next_uid=overview.next_to_file(connection, batch_id, uid),
        )


@blueprint.get("/applications/<batch_id>/<uid>/photo")
def photo(batch_id: str, uid: str) -> ResponseReturnValue:
    """The photo, to look at or (``save``) to be saved beside the online form."""
    with office() as connection:
        found = worksheet.get(connection, batch_id, uid)
        if found["photo_sha256"] is None:
            raise NotFound("no photo")
        if "save" in request.args:
            worksheet.note(connection, account().name, "save_photo", batch_id, uid)
    jpeg = parts().photos.get(photo_key(found["batch_sha256"], f"photos/{uid}.jpg"))
    if "save" in request.args:
        return _download(jpeg, "image/jpeg", f"{uid}.jpg")
    return Response(jpeg, mimetype="image/jpeg")


@blueprint.post("/applications/<batch_id>/<uid>/claim")
def claim(batch_id: str, uid: str) -> ResponseReturnValue:
    """Take it."""
    with office() as connection:
        worksheet.claim(connection, batch_id, uid, account().name)
    return _back(batch_id, uid)


@blueprint.post("/applications/<batch_id>/<uid>/release")
def release(batch_id: str, uid: str) -> ResponseReturnValue:
    """Give it back; a supervisor may give back anybody's."""
    with office() as connection:
        anybodys = account().role is Role.SUPERVISOR
        worksheet.release(connection, batch_id, uid, account().name, anybodys=anybodys)
    return _back(batch_id, uid)


@blueprint.post("/applications/<batch_id>/<uid>/<event>")
def move(batch_id: str, uid: str, event: str) -> ResponseReturnValue:
    """Filed, returned, done, or to be filed again."""
    if event not in set(FilingEvent):
        raise NotFound("no such deed")
    version = int(request.form.get("version", "0")) if request.form.get("version", "").isdecimal() else -1
    reason = " ".join(filter(None, (request.form.get("kind", ""), request.form.get("reason", "").strip())))
    with office() as connection:
        worksheet.move(connection, batch_id, uid, FilingEvent(event), account().name, version, reason)
    return _back(batch_id, uid)


def _skip() -> int:
    """How many rows of a list were on the pages before this."""
    typed = request.args.get("skip", "")
    return int(typed) if typed.isdecimal() and len(typed) <= _LONGEST_SKIP else 0


def _listed(template: str, rows: list[dict[str, Any]]) -> str:
    following = _skip() + len(rows) if len(rows) == overview.MOST_ROWS else None
    return render_template(template, rows=rows, following=following)


def _back(batch_id: str, uid: str) -> ResponseReturnValue:
    return redirect(url_for("office.application", batch_id=batch_id, uid=uid), code=303)


def _download(data: bytes, kind: str, name: str) -> Response:
    """A file to save, marked where it is practice; any letters, as RFC 6266 says: WSGI headers hold Latin-1 only."""
    name = marked(name, rehearsal=parts().side is Side.PRACTICE)
    return send_file(BytesIO(data), kind, as_attachment=True, download_name=name)
