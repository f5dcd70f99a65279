"""What a page weighs over the wire, and how fast and steady it comes up on a slow computer.

    python -m tests.benchmarks.weight [page ...]      after `make book`; needs chromium

Every page is opened in Chromium, read to its end, and then each explorable is moved. What was
loaded until then is added up as a host sends it: text by gzip, pictures and fonts as they are.
The paint and the shift are measured in a second visit with the processor slowed four times.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from dataclasses import dataclass, field
from pathlib import Path

from book._tools import chromium, server, toc

READ_LIMIT = 800_000  # bytes of a chapter that is read in full
PLAY_LIMIT = 2_000_000  # with its explorables at work
SLOWDOWN = 4
PHONE = {"width": 390, "height": 800}
SENT_AS_IT_IS = (".png", ".webp", ".woff", ".woff2", ".jpg", ".gz", ".whl")
PARTS = ("page", "style", "script", "fonts", "pictures", "widgets")
CONTROLS = ".widget-subarea :is([role=slider], select, .widget-toggle-buttons button)"
VITALS = """() => new Promise((resolve) => {
  const found = {paint: 0, shift: 0};
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) found.paint = entry.startTime;
  }).observe({type: 'largest-contentful-paint', buffered: true});
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) found.shift += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => resolve(found), 300);
})"""


def part_of(path: str) -> str:
    """Which part of a page the file at an address is counted as."""
    name = path.partition("?")[0]
    if any(word in name for word in ("/widgets", "/frames")):
        return "widgets"
    suffix = Path(name).suffix
    return {
        ".html": "page",
        ".css": "style",
        ".js": "script",
        ".json": "script",
        ".woff": "fonts",
        ".woff2": "fonts",
    }.get(suffix, "pictures")


def wire_size(path: str, body: bytes) -> int:
    """The bytes that a host sends for a file: text is compressed."""
    if path.partition("?")[0].endswith(SENT_AS_IT_IS):
        return len(body)
    return len(gzip.compress(body, 6))


@dataclass
class Weight:
    """What was loaded for one page, in bytes by part, and how it came up."""

    page: str
    read: dict[str, int] = field(default_factory=dict)
    play: dict[str, int] = field(default_factory=dict)
    paint: float = 0.0  # largest contentful paint, seconds
    shift: float = 0.0  # cumulative layout shift

    @property
    def to_read(self) -> int:
        return sum(size for part, size in self.read.items() if part != "widgets")

    @property
    def to_play(self) -> int:
        return sum(self.play.values())


def scroll(page) -> None:
    """From the top to the bottom as a reader does, so that all comes that waits to be seen."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 600):
        page.evaluate("(top) => window.scrollTo(0, top)", top)
        page.wait_for_timeout(20)
    page.wait_for_load_state("networkidle")


def play(page) -> None:
    """Move every control of every explorable by a few steps."""
    for control in page.locator(CONTROLS).all():
        if not control.is_visible() or not control.is_enabled():
            continue
        control.scroll_into_view_if_needed()
        control.focus()
        for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
            control.press(key)
    page.wait_for_timeout(200)
    page.wait_for_load_state("networkidle")


def loaded(sizes: dict[str, int]) -> dict[str, int]:
    parts = dict.fromkeys(PARTS, 0)
    for path, size in sizes.items():
        parts[part_of(path)] += size
    return parts


def weigh(browser, base: str, name: str) -> Weight:
    """Visit one page twice: once to weigh it, once to time it on a slow processor."""
    weight = Weight(name)
    sizes: dict[str, int] = {}

    def note(response) -> None:
        path = response.url.removeprefix(base)
        if response.ok and path not in sizes and not response.url.startswith(("data:", "blob:")):
            sizes[path] = wire_size(path, response.body())

    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.on("requestfinished", lambda request: note(request.response()))
    page.goto(f"{base}{name}.html", wait_until="networkidle")
    scroll(page)
    weight.read = loaded(sizes)
    play(page)
    weight.play = loaded(sizes)
    context.close()

    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(f"{base}{name}.html", wait_until="networkidle")
    page.wait_for_timeout(500)
    vitals = page.evaluate(VITALS)
    weight.paint, weight.shift = vitals["paint"] / 1000, vitals["shift"]
    context.close()
    return weight


def weigh_site(names: list[str], html: Path = server.HTML):
    """The weight of each page, one after the other."""
    with server.serving(html) as base, chromium.started() as browser:
        for name in names:
            yield weigh(browser, base, name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="book/01-..., all pages if none is named")
    names = parser.parse_args().pages or toc.pages()
    print("kB over the wire; to read: all but the widgets; to play: explorables moved")
    head = "".join(f"{part:>9}" for part in PARTS)
    print(f"{'':38}{head}{'to read':>9}{'to play':>9}{'LCP s':>7}{'CLS':>7}")
    over = []
    for weight in weigh_site(names):
        parts = "".join(f"{weight.play[part] / 1000:9.0f}" for part in PARTS)
        print(
            f"{weight.page:38}{parts}{weight.to_read / 1000:9.0f}{weight.to_play / 1000:9.0f}"
            f"{weight.paint:7.2f}{weight.shift:7.3f}",
            flush=True,
        )
        if weight.to_read > READ_LIMIT or weight.to_play > PLAY_LIMIT:
            over.append(weight.page)
    if over:
        print(f"over {READ_LIMIT:,} to read or {PLAY_LIMIT:,} to play: {', '.join(over)}")
    return bool(over)


if __name__ == "__main__":
    sys.exit(main())
