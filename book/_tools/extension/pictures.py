"""The site's pictures: notebooks store PNG, a page shows WebP of known size.

A third of the bytes, and a page that does not jump when a picture arrives. An inch of a figure is as wide
on every page, so that letters of one size are. Lines and text stay
exact; a picture of many shades is compressed with loss where that saves a quarter.
"""

from __future__ import annotations

import html
import io
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

from PIL import Image

from book._tools.page.pagekernel import SHOWN_DPI
from book._tools.stale import Kept

DRAWN_DPI = 200  # of a notebook's figures
TAG = re.compile(r"<img\b[^>]*>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


def as_webp(png: bytes) -> bytes:
    """A PNG as WebP."""
    with Image.open(io.BytesIO(png)) as picture:
        exact, near = io.BytesIO(), io.BytesIO()
        picture.save(exact, "webp", lossless=True, method=4, quality=80)
        picture.convert("RGB").save(near, "webp", method=4, quality=85)
    best = near if near.tell() < 0.75 * exact.tell() else exact
    return best.getvalue()


def put_beside(path: Path, kept: Kept) -> None:
    """The WebP of a PNG, beside it."""
    png = path.read_bytes()
    webp = kept.get("picture.webp", png, make=lambda: as_webp(png))
    shutil.copyfile(webp, path.with_suffix(".webp"))


def refer(tag: str, page: Path, images: Path) -> str:
    """An img element that names the WebP and the size of its picture, if it is one of `images`."""
    attributes = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(tag)}
    path = (page.parent / unquote(attributes.get("src", ""))).resolve()
    if path.parent != images.resolve() or path.suffix.lower() != ".png" or not path.exists():
        return tag
    webp = path.with_suffix(".webp")
    attributes["src"] = attributes["src"].removesuffix(path.suffix) + ".webp"
    if "width" not in attributes and "height" not in attributes:
        with Image.open(webp) as picture:
            size = (round(length * SHOWN_DPI / DRAWN_DPI) for length in picture.size)
            attributes["width"], attributes["height"] = map(str, size)
    attributes.setdefault("decoding", "async")
    listed = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
    return f"<img {listed} />"


def set_pages(pages: list[Path], images: Path, kept: Kept) -> None:
    """Let every page show the WebP of its pictures, and drop the PNGs that nothing shows."""
    if not images.is_dir():
        return
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda path: put_beside(path, kept), images.glob("*.png")))
    shown = set()
    for page in pages:
        text = page.read_text(encoding="utf-8")
        new = TAG.sub(lambda match, page=page: refer(match[0], page, images), text)
        if new != text:
            page.write_text(new, encoding="utf-8")
        shown |= set(re.findall(r"[\w.-]+\.(?:png|webp)", new))
    for picture in images.glob("*.png"):
        if picture.name not in shown:
            picture.unlink()
    for picture in images.glob("*.webp"):
        if picture.name not in shown:
            picture.unlink()
