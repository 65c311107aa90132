"""Cover pictures for the demo posts, drawn rather than shipped."""

import io
import math
import random
from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1600, 1067
Ink = tuple[int, int, int]


def tunnel(draw: ImageDraw.ImageDraw) -> None:
    """Nested arches with a lamp at the far end."""
    greens: tuple[Ink, ...] = (
        *((15, 48, 41), (24, 68, 58), (32, 92, 76), (42, 117, 96), (78, 148, 127)),
        *((128, 181, 160), (184, 214, 196), (243, 233, 206)),
    )
    for step, ink in enumerate(greens):
        half = (WIDTH // 2) * (1 - step / len(greens)) * 0.98
        top = 90 + step * 92
        draw.rounded_rectangle(
            (WIDTH / 2 - half, top, WIDTH / 2 + half, HEIGHT + half),
            radius=half,
            fill=ink,
            corners=(True, True, False, False),
        )
    draw.ellipse((WIDTH / 2 - 46, 820, WIDTH / 2 + 46, 912), fill=(224, 112, 56))


def tide(draw: ImageDraw.ImageDraw) -> None:
    """Lines of water that rise and fall under a low sun."""
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=(32, 46, 78))
    draw.pieslice((1090, 110, 1270, 290), 180, 360, fill=(233, 176, 74))
    chance = random.Random(7)  # noqa: S311 - a drawing
    for row in range(30):
        base = 210 + row * 28
        hills = [(chance.uniform(0, WIDTH), chance.uniform(60, 190), chance.uniform(0, 70)) for _ in range(4)]
        points = [
            (x, base - sum(height * math.exp(-(((x - middle) / width) ** 2)) for middle, width, height in hills))
            for x in range(0, WIDTH + 8, 8)
        ]
        draw.polygon([*points, (WIDTH, base + 40), (0, base + 40)], fill=(32, 46, 78))
        draw.line(points, fill=(214, 210, 196), width=3)


def shelves(draw: ImageDraw.ImageDraw) -> None:
    """Three shelves of books."""
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=(232, 208, 165))
    inks: tuple[Ink, ...] = ((165, 64, 45), (197, 92, 62), (44, 74, 62), (29, 44, 40), (224, 160, 88), (240, 222, 190))
    chance = random.Random(3)  # noqa: S311 - a drawing
    for shelf in (360, 680, 1000):
        x = 90.0
        while x < WIDTH - 130:
            width, height = chance.uniform(22, 60), chance.uniform(150, 240)
            if chance.random() > 0.12:
                draw.rectangle((x, shelf - height, x + width, shelf), fill=chance.choice(inks))
            x += width + 5
        draw.rectangle((70, shelf, WIDTH - 70, shelf + 10), fill=(29, 44, 40))


def moon(draw: ImageDraw.ImageDraw) -> None:
    """A moon of dots, fuller to one side."""
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=(231, 194, 106))
    for column in range(-14, 15):
        for row in range(-14, 15):
            if column * column + row * row <= 200:
                radius = 3 + 10 * max(0.0, (column + row + 14) / 34)
                x, y = WIDTH / 2 + column * 29, HEIGHT / 2 + row * 29
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(42, 38, 54))


DRAWINGS: Mapping[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "tunnel": tunnel,
    "tide": tide,
    "shelves": shelves,
    "moon": moon,
}


def jpeg(name: str) -> bytes:
    """Draw a picture by its name."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (15, 48, 41))
    DRAWINGS[name](ImageDraw.Draw(image))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=86)
    return data.getvalue()
