"""Bar and line charts as SVG, readable on white and on black."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, BAR, GAP = 720, 150, 16, 6
_HEAD = 34
_STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #57606a }
.title { font-weight: 600; fill: #24292f }
.ours { fill: #0969da }
.peer { fill: #8c959f }
.target { stroke: #cf222e; stroke-dasharray: 4 3 }
.line { fill: none; stroke: #0969da; stroke-width: 2 }
.band { fill: #8c959f; opacity: .25 }
@media (prefers-color-scheme: dark) {
  text { fill: #9ea7b3 }
  .title { fill: #f0f6fc }
  .ours { fill: #4493f8 }
  .line { stroke: #4493f8 }
}
</style>"""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and what it shows."""

    title: str
    svg: str


def bars(title: str, figures: Mapping[str, float], unit: str, most: float | None = None) -> Chart:
    """A bar for each named figure, ours in a colour of its own; a dashed line where ours has to end."""
    longest = max(figures.values())
    scale = (WIDTH - LABELS - 90) / longest
    parts = [_text(0, 18, title, "title")]
    for place, (name, value) in enumerate(figures.items()):
        top = _HEAD + place * (BAR + GAP)
        kind = "ours" if name == "ours" else "peer"
        parts.append(_text(LABELS - 8, top + 13, name, anchor="end"))
        parts.append(f'<rect class="{kind}" x="{LABELS}" y="{top}" width="{value * scale:.1f}" height="{BAR}" rx="2"/>')
        # The dashed line goes through no figure of ours.
        end = max(value, most or 0) if kind == "ours" else value
        parts.append(_text(LABELS + end * scale + 6, top + 13, f"{value:,.2f} {unit}"))
    height = _HEAD + len(figures) * (BAR + GAP)
    if most is not None:
        x = LABELS + most * scale
        parts.append(f'<line class="target" x1="{x:.1f}" x2="{x:.1f}" y1="{_HEAD - 12}" y2="{height}"/>')
        parts.append(_text(x + 5, _HEAD - 4, "target"))
    return _svg(title, height, parts)


def lines(title: str, figures: Mapping[str, Sequence[float]], marks: Sequence[str], around: float) -> Chart:
    """A line for each named row of ratios over `marks`, in a band of `around` about 1."""
    left, top, height, step = LABELS, _HEAD, 140, (WIDTH - LABELS - 20) / max(1, len(marks) - 1)

    def y(ratio: float) -> float:
        return top + height * (1.5 - ratio)

    parts = [_text(0, 18, title, "title")]
    parts.append(
        f'<rect class="band" x="{left}" y="{y(1 + around):.1f}" width="{step * (len(marks) - 1):.1f}" '
        f'height="{y(1 - around) - y(1 + around):.1f}"/>'
    )
    parts += [_text(left - 8, y(ratio) + 4, f"{ratio:g}", anchor="end") for ratio in (0.5, 1.0, 1.5)]
    for name, ratios in figures.items():
        points = " ".join(f"{left + place * step:.1f},{y(ratio):.1f}" for place, ratio in enumerate(ratios))
        parts.append(f'<polyline class="line" points="{points}"><title>{escape(name)}</title></polyline>')
    for place, mark in enumerate(marks):
        anchor = "end" if place == len(marks) - 1 else "middle"
        parts.append(_text(left + place * step, top + height + 20, mark, anchor=anchor))
    return _svg(title, top + height + 30, parts)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(title: str, height: float, parts: Sequence[str]) -> Chart:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">'
    return Chart(title, "\n".join([head, f"<title>{escape(title)}</title>", _STYLE, *parts, "</svg>\n"]))
