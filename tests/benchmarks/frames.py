"""How long a reader waits: from the key press on an explorable's slider to its new frame.

    python -m tests.benchmarks.frames [page ...]      after `make book`; needs chromium

Each slider of each explorable is moved by the arrow keys in headless Chromium. The time runs from
the key event to the first screen that is drawn with the new words and the new picture; printed is
the median of a page. Under 50 ms is asked for: a screen of 60 Hz takes 17 ms by itself.
"""

from __future__ import annotations

import argparse
import statistics

from book._tools import chromium, server

ASKED = 50  # milliseconds
MOVES = 20  # of each slider
TIMED = """async ([box, slider, key]) => {
  const seen = (e) => e.getClientRects().length > 0;
  const words = () => [...box.querySelectorAll('.explorable-text')].find(seen)?.textContent;
  const picture = () => [...box.querySelectorAll('img')].find(seen);
  const before = words();
  const start = performance.now();
  slider.dispatchEvent(new KeyboardEvent('keydown', {key}));
  do {
    await new Promise(requestAnimationFrame);
    if (performance.now() - start > 5000) return null;
  } while (words() === before || !picture()?.complete);
  const time = performance.now() - start;
  await new Promise((done) => setTimeout(done, 100));
  return time;
}"""


def times_of(page) -> list[float]:
    """Milliseconds for each move on the page that changes its frame."""
    times = []
    for box in page.locator(".widget-subarea .explorable").all():
        for slider in box.locator("[role=slider]").all():
            slider.scroll_into_view_if_needed()
            page.wait_for_timeout(300)
            on = [box.element_handle(), slider.element_handle()]
            for move in range(MOVES):
                at, end = (float(slider.get_attribute(f"aria-value{x}")) for x in ("now", "max"))
                back = at == end or (at > 0 and move % 3 == 2)
                time = page.evaluate(TIMED, [*on, "ArrowLeft" if back else "ArrowRight"])
                if time is not None:
                    times.append(time)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="such as 04-the-delta-recursion; default: all")
    wanted = parser.parse_args().pages
    files = sorted((server.HTML / "book").glob("*.html"))
    if not files:
        raise SystemExit("Needs the built book: run `make book` first")
    everything = []
    with server.serving() as base, chromium.started() as browser:
        for file in files:
            if "widget-view+json" not in file.read_text(encoding="utf-8"):
                continue
            if wanted and file.stem not in wanted:
                continue
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{base}book/{file.name}")
            page.wait_for_function("!document.querySelector('.explorable-still')")
            page.wait_for_load_state("networkidle")
            times = times_of(page)
            page.close()
            if times:
                everything += times
                print(line(file.stem, times), flush=True)
    if everything:
        print(line("all pages", everything))


def line(name: str, times: list[float]) -> str:
    median, slow = statistics.median(times), sorted(times)[int(0.95 * (len(times) - 1))]
    verdict = "ok" if median < ASKED else f"more than the {ASKED} ms asked for"
    return f"{name:40} median {median:4.0f} ms   95 %: {slow:4.0f} ms   {len(times):4} moves   {verdict}"


if __name__ == "__main__":
    main()
