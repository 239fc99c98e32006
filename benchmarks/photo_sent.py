"""How often the checks are right on files that people send: good photos, and defects drawn by another hand.

``python benchmarks/photo_sent.py [--values FILE]`` writes docs/photo-checks/rates-sent.md. See photo_painted.py.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from photo_measured import ROOT, Rows, falsely_warned, measured, verdict_of, wilson
from photo_painted import PAINTED, as_sent, in_grey
from photo_variants import GOOD

from kiosk.domain.photo import PhotoLimits, load_limits

OUT = ROOT / "docs" / "photo-checks" / "rates-sent.md"
GOODS = (*GOOD, in_grey)
SENT = " as sent"
NOT_COMPLIANT = ("mouthopen-",)


def named(rows: Rows, limits: PhotoLimits) -> list[str]:
    """A Markdown row for each defect: how often its reason is among those given."""
    lines = ["| defect drawn by another hand, as sent | reason key | n | named | 95 % interval |",
             "| --- | --- | --- | --- | --- |"]  # fmt: skip
    for make, reason in PAINTED.items():
        verdicts = [verdict_of(values, limits) for values in rows[make.__name__ + SENT].values()]
        hits = sum(reason in verdict.reasons for verdict in verdicts)
        low, high = wilson(hits, len(verdicts))
        lines.append(
            f"| {make.__name__} | {reason} | {len(verdicts)} | {hits / len(verdicts):.1%} | {low:.1%} – {high:.1%} |"
        )
    return lines


def warned_falsely(rows: Rows, limits: PhotoLimits) -> Counter[str]:
    """How many good variants are named for each reason that is not there; "any", "refused" and "n" beside them."""
    counts: Counter[str] = Counter({"n": 0, "refused": 0})
    for make in GOODS:
        for key, values in rows[make.__name__ + SENT].items():
            if key.startswith(NOT_COMPLIANT):
                continue
            verdict = verdict_of(values, limits)
            wrong = falsely_warned(make.__name__, key, verdict.reasons)
            counts.update(wrong)
            is_refused = bool(wrong) and verdict.verdict == "fail"
            counts.update({"n": 1, "any": bool(wrong), "refused": is_refused})
    return counts


def warnings_table(before: Counter[str] | None, now: Counter[str]) -> list[str]:
    """Markdown rows: what good variants are named for and is not there, before and now."""
    earlier = before or Counter()
    lines = [f"| of {now['n']} good variants as sent, named and not there | before | now | now, 95 % interval |",
             "| --- | --- | --- | --- |"]  # fmt: skip
    for reason in sorted((set(now) | set(earlier)) - {"n"}, key=lambda each: (-max(now[each], earlier[each]), each)):
        low, high = wilson(now[reason], now["n"])
        was = str(earlier[reason]) if before else "–"
        lines.append(f"| {reason} | {was} | {now[reason]} | {low:.1%} – {high:.1%} |")
    return lines


def main() -> None:
    """Measure, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2)
    parser.add_argument("--values", type=Path, help="measured values are kept there and not taken again")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="measure so long, go on in the next run")
    parser.add_argument("--count", type=Path, help="only count false warnings, for a later --before")
    parser.add_argument("--before", type=Path, help="false warnings of an earlier version, to stand beside today's")
    options = parser.parse_args()
    limits = load_limits((ROOT / "kiosk" / "rules" / "photo.toml").read_text(encoding="utf-8"))
    makers = GOODS if options.count else (*GOODS, *PAINTED)
    kinds = [(make.__name__ + SENT, as_sent(make)) for make in makers]
    rows, is_whole = measured(kinds, limits, options.draws, options.values, options.seconds)
    if not is_whole:
        print("not yet all measured: run again with the same --values")
        return
    counts = warned_falsely(rows, limits)
    if options.count:
        options.count.write_text(json.dumps(counts))
        return
    before = Counter(json.loads(options.before.read_text())) if options.before else None
    table = "\n".join([*named(rows, limits), "", *warnings_table(before, counts)]) + "\n"
    OUT.write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
