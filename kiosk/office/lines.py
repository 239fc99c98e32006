"""One application as the lines of the worksheet: label, value as written, what the copy button copies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.texts import DEFAULT_LANGUAGE, catalogue


@dataclass(frozen=True, slots=True)
class Line:
    """``shown`` is the text on the page; ``copied`` the exact value, empty when there is nothing to copy."""

    label: str
    shown: str
    copied: str


def check_lines(rules: Mapping[str, Any]) -> None:
    """Raise ValueError, naming it, for a line no page could show; KeyError when there is none at all."""
    if not rules["line"]:
        raise KeyError("line")
    for each in rules["line"]:
        if not isinstance(each.get("from"), str):
            raise ValueError("a line needs from")
        if each.get("label") not in catalogue(DEFAULT_LANGUAGE):
            raise ValueError(f"from {each['from']}: there are no words for its label")


def lines(row: Mapping[str, Any], rules: Mapping[str, Any]) -> list[Line]:
    """The lines of rules/office.toml that this application has an answer for."""
    return [line for each in rules["line"] if (line := _line(row, each)) is not None]


def _line(row: Mapping[str, Any], rule: Mapping[str, Any]) -> Line | None:
    value = _find(row, rule["from"])
    if value in (None, "", "none"):
        return None
    text = str(value)
    return Line(rule["label"], _shown(row, rule, text), text if rule.get("copy") else "")


def _shown(row: Mapping[str, Any], rule: Mapping[str, Any], text: str) -> str:
    words = catalogue(DEFAULT_LANGUAGE)
    if rule["from"] == "form_id":
        return str(row.get("form_id_grouped") or text)
    if rule.get("options"):
        plain = {"yes": "applicant.label_yes", "no": "applicant.label_no"}.get(text, "")
        return words.get(f"{rule['label']}_{text}", words.get(plain, text))
    if rule.get("exception"):
        return words.get(f"photo.exception_{text}", words.get(f"queue.exception_{text}", text))
    return text


def _find(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
