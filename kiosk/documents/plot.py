"""Bar plots of the day as SVG, for screen and paper alike: attributes only, no style, no script."""

from collections.abc import Sequence

from markupsafe import Markup

SHADES = ("#9db7f9", "#3460fb", "#00118f")
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640, 200, 34, 24, 10
_LINE, _NAMES, _VALUES = 24, 240, 50


def hours_svg(hours: Sequence[tuple[int, Sequence[int]]], names: Sequence[str], title: str) -> Markup:
    """Bars per hour, one per name; ``hours`` are (hour, values). Empty when there is nothing to show."""
    if not hours:
        return Markup("")
    top = _nice(max(max(values) for _, values in hours))
    parts = [_frame(top), *(_group(index, len(hours), hour, values, top) for index, (hour, values) in enumerate(hours))]
    body = Markup("").join([*parts, _legend(names)])
    return _svg(_HEIGHT + 24, title, body)


def lines_svg(lines: Sequence[tuple[str, float]], title: str) -> Markup:
    """One bar lying down per (name, value), the value behind it. Empty when there is nothing to show."""
    if not any(value for _, value in lines):
        return Markup("")
    most = max(value for _, value in lines)
    body = Markup("").join(_line(at * _LINE, name, value, value / most) for at, (name, value) in enumerate(lines))
    return _svg(len(lines) * _LINE, title, body)


def _line(y: int, name: str, value: float, share: float) -> Markup:
    width = round(share * (_WIDTH - _NAMES - _VALUES), 1)
    return Markup(
        '<text x="{t}" y="{b}" text-anchor="end" fill="#333">{name}</text>'
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{fill}"/><text x="{v}" y="{b}" fill="#333">{value}</text>'
    ).format(
        t=_NAMES - 8, b=y + 16, name=name, x=_NAMES, y=y + 4, w=width, h=_LINE - 8, fill=SHADES[1],
        v=_NAMES + width + 6, value=f"{value:.4g}",
    )  # fmt: skip


def _svg(height: int, title: str, body: Markup) -> Markup:
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img"'
        ' font-size="12" font-family="sans-serif"><title>{title}</title>{body}</svg>'
    ).format(w=_WIDTH, h=height, title=title, body=body)


def _nice(most: int) -> int:
    """The end of the axis: the next of 1, 2, 5, 10, 20, 50 … that holds ``most``."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step >= max(1, most):
                return factor * step
        step *= 10


def _y(value: float, top: int) -> float:
    return round(_HEIGHT - _BOTTOM - value / top * (_HEIGHT - _BOTTOM - _TOP), 1)


def _frame(top: int) -> Markup:
    lines = [
        Markup(
            '<line x1="{x}" x2="{w}" y1="{y}" y2="{y}" stroke="#ccc"/>'
            '<text x="{t}" y="{b}" text-anchor="end" fill="#333">{v}</text>'
        ).format(x=_LEFT, w=_WIDTH, y=_y(value, top), t=_LEFT - 4, b=_y(value, top) + 4, v=f"{value:g}")
        for value in (0, top / 2, top)
    ]
    return Markup("").join(lines)


def _group(index: int, many: int, hour: int, values: Sequence[int], top: int) -> Markup:
    room = (_WIDTH - _LEFT) / many
    bar = min(18.0, room / (len(values) + 1))
    left = _LEFT + index * room + (room - bar * len(values)) / 2
    bars = [
        Markup('<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{fill}"/>').format(
            x=round(left + place * bar, 1), y=_y(value, top), w=round(bar - 1, 1),
            h=round(_HEIGHT - _BOTTOM - _y(value, top), 1), fill=SHADES[place],
        )
        for place, value in enumerate(values)
    ]  # fmt: skip
    label = Markup('<text x="{x}" y="{y}" text-anchor="middle" fill="#333">{hour}</text>').format(
        x=round(_LEFT + (index + 0.5) * room, 1), y=_HEIGHT - 8, hour=f"{hour}:00"
    )
    return Markup("").join([*bars, label])


def _legend(names: Sequence[str]) -> Markup:
    return Markup("").join(_legend_entry(_LEFT + place * 150, SHADES[place], name) for place, name in enumerate(names))


def _legend_entry(x: int, fill: str, name: str) -> Markup:
    return Markup(
        '<rect x="{x}" y="{y}" width="12" height="12" fill="{fill}"/><text x="{t}" y="{b}" fill="#333">{name}</text>'
    ).format(x=x, y=_HEIGHT + 6, fill=fill, t=x + 18, b=_HEIGHT + 16, name=name)
