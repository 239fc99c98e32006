"""Reading the form of the identity check: rows of documents, papers, faces."""

from collections.abc import Mapping, Sequence

from kiosk.actions.identity import IC_RESULTS, LONGEST_NOTE, Check
from kiosk.domain.custody import MOST_OF_ONE
from kiosk.domain.identity import Document, PaperState

MOST_ROWS = 5
_STATES = frozenset(state.value for state in PaperState)
_LINE = {"agrees": True, "differs": False}


def rows(documents: Sequence[Document]) -> list[Document]:
    """All rows of the page: what was chosen so far, then empty ones; the stylesheet shows as many as are needed."""
    return [*documents, *[Document("")] * (MOST_ROWS - len(documents))]


def rows_from_form(form: Mapping[str, str], prefix: str) -> list[Document]:
    """The rows as they stand on screen, empty ones among them."""
    return [_document(form, f"{prefix}-{row}-") for row in range(MOST_ROWS)]


def check_from_form(form: Mapping[str, str]) -> Check:
    """The check as it stands on screen; fields nobody offered are not looked at."""
    old_card_kept = form.get("old_card_kept") == "yes"
    papers = _papers(form)
    if old_card_kept:
        papers.pop("old_card", None)  # its line is hidden then, with whatever was ticked in it
    return Check(
        documents=_documents(form, "document"),
        representative_documents=_documents(form, "representative"),
        papers=papers,
        counts=_counts(form),
        face=form.get("face", "") if form.get("face") in ("yes", "no") else "",
        representative_present=form.get("representative_present") == "yes",
        old_card_kept=old_card_kept,
        ic=form.get("ic", "") if form.get("ic") in IC_RESULTS else IC_RESULTS[0],
        ic_kind=form.get("ic_kind", ""),
        ic_expiry=form.get("ic_expiry", "").strip(),
        words=form.get("words", "").strip()[: LONGEST_NOTE + 1],
    )


def _documents(form: Mapping[str, str], prefix: str) -> tuple[Document, ...]:
    return tuple(document for document in rows_from_form(form, prefix) if document.kind)


def _document(form: Mapping[str, str], at: str) -> Document:
    is_all = form.get("all") == at
    return Document(
        kind=form.get(f"{at}kind", ""),
        in_date=is_all or form.get(f"{at}in_date") == "yes",
        name_agrees=is_all or form.get(f"{at}name") == "yes",
        birth_date_agrees=True if is_all else _LINE.get(form.get(f"{at}birth_date", "")),
        address_agrees=True if is_all else _LINE.get(form.get(f"{at}address", "")),
        face_agrees=is_all or form.get(f"{at}face") == "yes",
        pin_confirmed=form.get(f"{at}pin") == "yes",
    )


def _papers(form: Mapping[str, str]) -> dict[str, PaperState]:
    prefix = "paper-"
    return {
        key.removeprefix(prefix): PaperState(value)
        for key, value in form.items()
        if key.startswith(prefix) and value in _STATES
    }


def _counts(form: Mapping[str, str]) -> dict[str, int]:
    prefix, numbers = "count-", {str(count): count for count in range(1, MOST_OF_ONE + 1)}
    return {
        key.removeprefix(prefix): numbers[value]
        for key, value in form.items()
        if key.startswith(prefix) and value in numbers
    }
