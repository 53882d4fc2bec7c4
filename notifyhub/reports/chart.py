"""The chart of a day: deliveries by hour, stacked by outcome, as a PNG."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from notifyhub.reports.figures import Figures, Hour
from notifyhub.reports.look import COLOURS, INK, LINE, PAPER, SOFT, STACKED, number, short

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1280, 600
"""In pixels. It is shown at half of that, so that it is sharp on dense screens."""
LEFT, RIGHT, TOP, BOTTOM = 96, 1248, 164, 536
TICKS = 4
LABEL, SMALL = 24, 20


def chart(figures: Figures) -> bytes:
    """The PNG. Its text is Latin and numbers only: names of mailings are in the tables."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    drawing = _Drawing(ImageDraw.Draw(image))
    drawing.draw(figures)
    written = BytesIO()
    image.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


def top_of(largest: int) -> int:
    """The end of the axis: a round number that its ticks divide, not below the largest."""
    size = TICKS
    while True:
        for factor in (1, 2, 3, 5):
            if size * factor >= largest:
                return size * factor
        size *= 10


class _Drawing:
    def __init__(self, draw: ImageDraw) -> None:
        from PIL import ImageFont

        self._draw = draw
        self._label: FreeTypeFont = ImageFont.load_default(LABEL)  # type: ignore[assignment]
        self._small: FreeTypeFont = ImageFont.load_default(SMALL)  # type: ignore[assignment]

    def draw(self, figures: Figures) -> None:
        hours = figures.hours
        top = top_of(max((sum(hour.by_outcome.values()) for hour in hours), default=0))
        self._legend(figures)
        self._axis(top)
        for place, hour in enumerate(hours):
            self._bar(place, len(hours), hour, top)

    def _legend(self, figures: Figures) -> None:
        """What the colours mean, with the number of each; only those that there are."""
        self._draw.text((LEFT, 16), "Deliveries accepted in each hour", INK, self._label)
        x, y = float(LEFT), 76
        for outcome in [name for name in STACKED if figures.by_outcome[name]]:
            text = f"{outcome} {number(figures.by_outcome[outcome])}"
            width = 32 + self._small.getlength(text)
            if x + width > RIGHT:
                x, y = float(LEFT), y + 36
            self._draw.rounded_rectangle((x, y - 11, x + 22, y + 11), 4, COLOURS[outcome])
            self._draw.text((x + 32, y), text, SOFT, self._small, anchor="lm")
            x += width + 34

    def _axis(self, top: int) -> None:
        for tick in range(TICKS + 1):
            y = _y(top * tick // TICKS, top)
            self._draw.line((LEFT, y, RIGHT, y), SOFT if tick == 0 else LINE, 2)
            self._draw.text((LEFT - 16, y), short(top * tick // TICKS), SOFT, self._small, anchor="rm")

    def _bar(self, place: int, places: int, hour: Hour, top: int) -> None:
        width = (RIGHT - LEFT) / places
        left, right = LEFT + place * width + 5, LEFT + (place + 1) * width - 5
        if place % 2 == 0:
            self._draw.text(((left + right) / 2, BOTTOM + 28), f"{hour.begins:%H}", SOFT, self._small, anchor="mm")
        below = 0
        for outcome in STACKED:
            count = hour.by_outcome[outcome]
            upper, lower = _y(below + count, top), _y(below, top) - 1
            if upper <= lower:
                self._draw.rectangle((left, upper, right, lower), COLOURS[outcome])
            below += count
        if below:
            self._draw.text(((left + right) / 2, _y(below, top) - 6), short(below), INK, self._small, anchor="mb")


def _y(value: int, top: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * value / top)
