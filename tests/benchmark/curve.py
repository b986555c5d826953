"""The curve of faults found by requests sent, as SVG without script, fonts or network."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from tests.benchmark.outcomes import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmark.outcomes import Scores

_WIDTH, _HEIGHT = 760, 420
_FONT: Final = 'font-family="system-ui, sans-serif" font-size="13"'
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 24, 84
#: Blue, vermilion, green: distinguishable with every kind of colour vision (Okabe and Ito, 2008), and by their dashes.
_STROKES: Final = (("#0072b2", ""), ("#d55e00", "7 4"), ("#009e73", "2 4"))
_TICKS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


def detection_curve(scores: Sequence[Scores]) -> str:
    """An SVG document: share of the faults found (linear) against requests sent (logarithmic)."""
    most = max((at for score in scores for at, _ in score.curve()), default=1)
    end = next((tick for tick in _TICKS if tick >= most), most)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {_FONT}>',
        "<title>Faults found against requests sent</title>",
        f"<desc>{escape(_in_words(scores))}</desc>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        *_axes(end),
    ]
    for index, score in enumerate(scores):
        colour, dashes = _STROKES[index % len(_STROKES)]
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        y = _HEIGHT - 20
        x = _LEFT + index * (_WIDTH - _LEFT - _RIGHT) / len(scores)
        stroke = f'fill="none" stroke="{colour}" stroke-width="2.5"{dash}'
        lines.append(f'<path d="{_steps(score.curve(), end)}" {stroke}/>')
        lines.append(f'<path d="M{x:.1f} {y - 4}h28" {stroke}/>')
        label = f"{score.tool}: {percent(score.share)}"
        lines.append(f'<text x="{x + 34:.1f}" y="{y}" fill="#222222">{escape(label)}</text>')
    return "\n".join([*lines, "</svg>", ""])


def _in_words(scores: Sequence[Scores]) -> str:
    return "; ".join(
        f"{score.tool} found {len(score.found)} of {len(score.outcomes)} faults, "
        f"{percent(score.within(100))} of them within 100 requests"
        for score in scores
    )


def _axes(end: int) -> list[str]:
    lines = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(share)
        lines.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444444">{share:.0%}</text>')
    for tick in (tick for tick in _TICKS if tick <= end):
        x = _x(tick, end)
        lines.append(f'<line x1="{x:.1f}" y1="{_y(0):.1f}" x2="{x:.1f}" y2="{_y(0) + 5:.1f}" stroke="#888888"/>')
        lines.append(f'<text x="{x:.1f}" y="{_y(0) + 20:.1f}" text-anchor="middle" fill="#444444">{tick:,}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    lines.append(
        f'<text x="{middle:.1f}" y="{_y(0) + 40:.1f}" text-anchor="middle" fill="#222222">requests sent</text>'
    )
    lines.append(
        f'<text transform="translate(16 {_y(0.5):.1f}) rotate(-90)" text-anchor="middle" fill="#222222">'
        "faults found</text>"
    )
    return lines


def _steps(curve: Sequence[tuple[int, float]], end: int) -> str:
    """A curve that rises at each point and is level between them, to the right edge."""
    x, y = _x(1, end), _y(0.0)
    parts = [f"M{x:.1f} {y:.1f}"]
    for at, share in curve:
        parts += [f"H{_x(at, end):.1f}", f"V{_y(share):.1f}"]
    return "".join([*parts, f"H{_x(end, end):.1f}"])


def _x(requests: int, end: int) -> float:
    span = math.log(max(end, 2))
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * math.log(max(requests, 1)) / span


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share
