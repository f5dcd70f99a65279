"""The picture that a messenger shows beside a link to the course."""

from __future__ import annotations

from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)  # what the networks ask for
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
INK, MUTED, BLUE = "#1f2733", "#55606e", "#2a6f97"


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"{name}.ttf", size)


def draw(title: str, line: str, static: Path) -> Image.Image:
    """The title, a line below it and the network of the course, from the pictures in `static`."""
    card = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, 24, SIZE[1]), fill=BLUE)
    with Image.open(static / "network.png") as network:
        network = network.convert("RGBA")
        network.thumbnail((620, 400), Image.Resampling.LANCZOS)
        place = (SIZE[0] - network.width - 30, (SIZE[1] - network.height) // 2 + 70)
        card.paste(network, place, network)
    with Image.open(static / "icon-180.png") as logo:
        card.paste(logo.resize((110, 110), Image.Resampling.LANCZOS), (70, 60))
    pen.text((200, 78), title, INK, font("DejaVuSans-Bold", 52))
    pen.multiline_text((72, 240), line, MUTED, font("DejaVuSans", 34), spacing=18)
    return card
