"""Two small charts as SVG text: a confusion matrix and lines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

CELL = 16
MARGIN = 130


def confusion(title: str, labels: Sequence[str], pairs: Counter[tuple[str, str]]) -> str:
    """Rows: what was meant; columns: what was understood; darkness: share of the row."""
    parts = []
    for row, meant in enumerate(labels):
        total = sum(pairs[meant, other] for other in labels) or 1
        y = MARGIN + row * CELL
        parts.append(_text(MARGIN - 4, y + 12, meant, "end"))
        parts.append(
            _text(
                0,
                0,
                meant,
                "start",
                f"translate({MARGIN + row * CELL + 12},{MARGIN - 4}) rotate(-60)",
            )
        )
        for column, found in enumerate(labels):
            count = pairs[meant, found]
            if count:
                colour = "#2166ac" if meant == found else "#b2182b"
                x, shade = MARGIN + column * CELL, 0.25 + 0.75 * count / total
                parts.append(
                    f'<rect x="{x}" y="{y}" width="{CELL - 1}" height="{CELL - 1}" fill="{colour}" '
                    f'fill-opacity="{shade:.2f}"><title>{meant} as {found}: {count}</title></rect>'
                )
    size = MARGIN + CELL * len(labels) + 60
    return _page(size, size, title, parts)


def lines(title: str, curves: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Share right (0-1) over the share of training lines used (0-1)."""
    parts = []
    for step in range(0, 11, 2):
        y = 320 - step * 28
        parts.append(f'<line x1="60" y1="{y}" x2="500" y2="{y}" stroke="#ddd"/>')
        parts.append(_text(54, y + 4, f"{step * 10} %", "end"))
    for share in (0.25, 0.5, 0.75, 1):
        parts.append(_text(60 + share * 440, 338, f"{share:.0%}", "middle"))
    for index, (name, points) in enumerate(curves.items()):
        colour = ("#2166ac", "#b2182b", "#1b7837", "#762a83")[index % 4]
        path = " ".join(f"{60 + x * 440:.0f},{320 - y * 280:.0f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="520" y="{60 + index * 18}" fill="{colour}">{escape(name)}</text>')
    return _page(720, 360, title, parts)


def _text(x: float, y: float, words: str, anchor: str, transform: str = "") -> str:
    move = f' transform="{transform}"' if transform else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{move}>{escape(words)}</text>'


def _page(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="10"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="10" y="16" font-size="13">{escape(title)}</text>{"".join(parts)}</svg>\n'
    )
