"""Line charts as plain SVG: a few lines over two axes from 0 to 1, readable on light and dark."""

from pathlib import Path

_COLOURS = ("#2f6fb3", "#c2571a", "#3c8d53", "#7a4ea3")
_LEFT, _TOP, _SIDE = 60, 40, 320

Line = list[tuple[float, float]]


def chart(
    path: Path, title: str, axes: tuple[str, str], lines: dict[str, Line], *, diagonal: bool = False
) -> None:
    """Write one chart; every number lies between 0 and 1."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _SIDE + 190}" '
        f'height="{_TOP + _SIDE + 60}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="22" font-size="14" font-weight="bold">{title}</text>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts += _tick(tick)
    parts.append(
        f'<text x="{_LEFT + _SIDE / 2}" y="{_TOP + _SIDE + 42}" '
        f'text-anchor="middle">{axes[0]}</text>'
    )
    parts.append(
        f'<text transform="translate(16 {_TOP + _SIDE / 2}) rotate(-90)" '
        f'text-anchor="middle">{axes[1]}</text>'
    )
    if diagonal:
        parts.append(_polyline([(0.0, 0.0), (1.0, 1.0)], "#999999", dashed=True))
    for number, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(_polyline(line, colour))
        parts += [
            f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="3" fill="{colour}"/>' for x, y in line
        ]
        y = _TOP + 14 + 20 * number
        parts.append(
            f'<rect x="{_LEFT + _SIDE + 16}" y="{y - 9}" width="10" height="10" fill="{colour}"/>'
        )
        parts.append(f'<text x="{_LEFT + _SIDE + 32}" y="{y}">{name}</text>')
    path.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def _tick(tick: float) -> list[str]:
    x, y = _x(tick), _y(tick)
    return [
        f'<path d="M{x} {_TOP}V{_TOP + _SIDE}M{_LEFT} {y}H{_LEFT + _SIDE}" stroke="#dddddd"/>',
        f'<text x="{x}" y="{_TOP + _SIDE + 18}" text-anchor="middle">{tick:g}</text>',
        f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{tick:g}</text>',
    ]


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float) -> float:
    return _TOP + _SIDE * (1.0 - value)


def _polyline(line: Line, colour: str, *, dashed: bool = False) -> str:
    points = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in line)
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
