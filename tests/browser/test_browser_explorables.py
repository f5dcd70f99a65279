"""Every explorable on every page of the built site, moved in Chromium as a reader moves it.

Whatever is moved and however, the words that are seen must be what `describe` of its module says for
the values that the controls show. The site is the whole network: see Watch in conftest.
"""

from __future__ import annotations

import functools
import importlib
import random
import re
import statistics

import pytest

from backprop.explore import Control
from conftest import DESKTOP, PHONE, toc_pages

PAGES = toc_pages()
NAME = re.compile(r"^explorable-(?!still$|play$|text$|setting$|back$|on$)(\w+)$")
COMBINATIONS = 5  # at random, for each explorable

# What an explorable shows: the settings of its controls, its words, its picture.
STATE = """(box) => {
  const seen = (e) => e.getClientRects().length > 0;
  const settings = [...box.querySelectorAll('[role=slider], select')].map((e) =>
    e.tagName === 'SELECT'
      ? {index: e.selectedIndex, label: e.selectedOptions[0].textContent}
      : {index: Math.round(e.getAttribute('aria-valuenow')), label: e.getAttribute('aria-valuetext')});
  const texts = [...box.querySelectorAll('.explorable-text')].filter(seen);
  const images = [...box.querySelectorAll('img')].filter(seen);
  return {settings, words: texts.map((e) => e.textContent).filter(Boolean),
          alts: images.map((e) => e.alt).filter(Boolean), // of layers, one has the words
          drawn: images.length > 0 && images.every((e) => e.complete && e.naturalWidth > 0),
          height: box.getBoundingClientRect().height};
}"""

# From a key press to the new frame, and how many screens in between had no whole picture.
TIMED = """async ({box, key}) => {
  const seen = (e) => e.getClientRects().length > 0;
  const pictures = () => [...box.querySelectorAll('img')].filter(seen);
  const words = () =>
    [...box.querySelectorAll('.explorable-text')].filter(seen).map((e) => e.textContent).join('');
  const before = words();
  let empty = 0, running = true;
  const look = () => {
    if (!pictures().length || !pictures().every((e) => e.complete)) empty += 1;
    if (running) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  const handle = box.querySelector('[role=slider]');
  const start = performance.now();
  handle.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
  while (words() === before && performance.now() - start < 3000) await new Promise(requestAnimationFrame);
  const time = performance.now() - start;
  await new Promise((done) => setTimeout(done, 60));
  running = false;
  return {time, empty, changed: words() !== before};
}"""


COUNTS = """(box) => [...box.querySelectorAll('[role=slider], select')].map((e) =>
  e.tagName === 'SELECT' ? e.options.length : Math.round(e.getAttribute('aria-valuemax')) + 1)"""


def lists_of_controls(module) -> list[list[Control]]:
    lists = [v for v in vars(module).values() if isinstance(v, list) and v]
    return [v for v in lists if all(isinstance(part, Control) for part in v)]


def controls_of(module, counts: list[int]) -> list:
    """The module's list of controls that has these numbers of values: the front page's is smaller."""
    fits = [v for v in lists_of_controls(module) if [len(c.values) for c in v] == counts]
    assert len(fits) == 1, f"{module.__name__}: {len(fits)} lists of controls have {counts} values"
    return fits[0]


class Shown:
    """An explorable on an open page, with the module that it comes from."""

    def __init__(self, page, box):
        self.page, self.box = page, box
        names = [m[1] for c in box.get_attribute("class").split() if (m := NAME.match(c))]
        assert len(names) == 1, f"an explorable of no known module: {names}"
        self.name = names[0]
        self.module = importlib.import_module(f"backprop.explorables.{self.name}")
        self.describe = functools.cache(self.module.describe)
        self.parts = box.locator("[role=slider], select").all()
        self.controls = controls_of(self.module, box.evaluate(COUNTS))

    def is_menu(self, k: int) -> bool:
        return self.controls[k].kind == "menu"

    def indices(self) -> list[int]:
        return [setting["index"] for setting in self.box.evaluate(STATE)["settings"]]

    def expected(self, indices) -> str:
        return self.describe(**{c.name: c.values[i] for c, i in zip(self.controls, indices)})

    def check(self, indices, how: str) -> None:
        """In a moment at most the widget shows these values, and words and picture for them."""
        words = self.expected(indices)
        for _ in range(200):
            state = self.box.evaluate(STATE)
            settled = [setting["index"] for setting in state["settings"]] == list(indices)
            if settled and state["words"] == state["alts"] == [words] and state["drawn"]:
                return
            self.page.wait_for_timeout(25)
        pytest.fail(f"{self.name}, {how}: expected {indices}, {words!r}; shown: {state}")

    def press(self, k: int, key: str) -> None:
        self.parts[k].press(key)

    def go(self, k: int, index: int) -> None:
        """Set a control by the keyboard alone."""
        back, on = ("ArrowUp", "ArrowDown") if self.is_menu(k) else ("ArrowLeft", "ArrowRight")
        now = self.indices()[k]
        for _ in range(abs(index - now)):
            self.press(k, on if index > now else back)


@pytest.fixture
def explorables(open_page):
    """explorables(page name) -> (page, watch, its explorables that come from a module)."""

    def on(name: str, **settings):
        page, watch = open_page(name, **settings)
        boxes = page.locator(".widget-subarea .explorable").all()
        named = [b for b in boxes if any(map(NAME.match, b.get_attribute("class").split()))]
        return page, watch, [Shown(page, box) for box in named]

    return on


@pytest.mark.parametrize("name", PAGES)
def test_by_keyboard_every_value_of_every_control_shows_its_frame(explorables, name):
    _, watch, found = explorables(name)
    for shown in found:
        start = [control.values.index(control.start) for control in shown.controls]
        shown.check(start, "as it starts")
        heights = set()
        for k, control in enumerate(shown.controls):
            at = list(start)
            for index in (
                *range(start[k], len(control.values)),
                *range(len(control.values) - 1, -1, -1),
            ):
                at[k] = index
                shown.go(k, index)
                shown.check(at, f"{control.name} by keyboard")
                heights.add(round(shown.box.evaluate(STATE)["height"]))
            shown.press(k, "End")
            at[k] = len(control.values) - 1
            shown.check(at, f"{control.name} by End")
            shown.go(k, start[k])
        assert len(heights) == 1, f"{shown.name}: its height changes: {sorted(heights)}"
        chance = random.Random(0)
        for _ in range(COMBINATIONS):
            at = [chance.randrange(len(control.values)) for control in shown.controls]
            for k in chance.sample(range(len(at)), len(at)):
                shown.go(k, at[k])
            shown.check(at, "a combination")
    assert not watch.faults, "\n".join(watch.faults)


@pytest.mark.parametrize("name", PAGES)
def test_by_mouse_every_value_of_every_control_shows_its_frame(explorables, name):
    page, watch, found = explorables(name)
    for shown in found:
        shown.box.scroll_into_view_if_needed()
        at = shown.indices()
        for k, control in enumerate(shown.controls):
            last = len(control.values) - 1
            for index in range(last + 1):
                if shown.is_menu(k):
                    shown.parts[k].select_option(index=index)
                else:  # from the far end: beside the handle a click only takes hold of it
                    for share in (float(index <= last / 2), index / last):
                        page.mouse.click(*place_on(shown, k, share))
                        at[k] = round(share * last)
                        shown.check(at, f"{control.name} by mouse")
                at[k] = index
                shown.check(at, f"{control.name} by mouse")
            if not shown.is_menu(k):
                page.mouse.move(*place_on(shown, k, 1))
                page.mouse.down()
                for share in (0.8, 0.5, 0.3, 0.1, 0):
                    page.mouse.move(*place_on(shown, k, share))
                page.mouse.up()
                at[k] = 0
                shown.check(at, f"{control.name} dragged")
    assert not watch.faults, "\n".join(watch.faults)


def place_on(shown, k: int, share: float) -> tuple[float, float]:
    """The point on a slider's track, a share of its length from the left."""
    shown.parts[k].scroll_into_view_if_needed()
    track = shown.parts[k].locator("xpath=ancestor::*[contains(@class,'noUi-base')]").bounding_box()
    inside = min(max(share * track["width"], 1), track["width"] - 1)
    return track["x"] + inside, track["y"] + track["height"] / 2


@pytest.mark.parametrize("name", PAGES)
def test_what_passes_can_be_played_and_stepped(explorables, name):
    page, watch, found = explorables(name)
    for shown in found:
        for k, control in enumerate(shown.controls):
            if control.kind != "play":
                continue
            row = shown.parts[k].locator("xpath=ancestor::*[contains(@class,'explorable-play')]")

            def button(name, row=row):
                return row.get_by_role("button", name=name, exact=True)

            at, last, label = shown.indices(), len(control.values) - 1, control.label
            for move in ("click", "keyboard"):
                for pressed, index in (
                    (f"{label}: back to the start", 0),
                    (f"{label}: one step back", 0),
                    (f"{label}: one step on", 1),
                    (f"{label}: one step on", min(2, last)),
                    (f"{label}: one step back", min(2, last) - 1),
                ):
                    part = button(pressed)
                    part.click() if move == "click" else part.press("Enter")
                    at[k] = index
                    shown.check(at, f"{pressed} by {move}")
                    size = part.bounding_box()
                    assert size["width"] >= 44 and size["height"] >= 44, "too small for a finger"
            button(f"Play: {label}").press("Enter")
            page.wait_for_timeout(100)
            button(f"Pause: {label}").press("Enter")
            at[k] = shown.indices()[k]
            shown.check(at, "paused")
            page.wait_for_timeout(800)
            shown.check(at, "paused, and later")
            shown.go(k, max(0, last - 2))
            button(f"Play: {label}").click()
            at[k] = last
            shown.check(at, "played to its end")
            button(f"Play: {label}").wait_for()
            shown.press(k, "Home")
            at[k] = 0
            shown.check(at, "Home")
    assert not watch.faults, "\n".join(watch.faults)


@pytest.mark.parametrize("name", PAGES)
def test_a_move_shows_the_next_frame_with_no_gap(explorables, name, capsys):
    _, watch, found = explorables(name)
    times = []
    for shown in found:
        k = next((k for k in range(len(shown.controls)) if not shown.is_menu(k)), None)
        if k is None:
            continue
        shown.box.scroll_into_view_if_needed()
        if shown.indices()[k]:
            shown.press(k, "Home")
        box = shown.box.element_handle()
        before = shown.indices()
        for key in ("ArrowRight", "ArrowLeft") * 5:
            timed = shown.page.evaluate(TIMED, {"box": box, "key": key})
            assert timed["empty"] == 0, f"{shown.name}: {timed['empty']} screens without a picture"
            times.append(timed["time"])
        assert shown.indices() == before
    if times:
        with capsys.disabled():
            print(
                f" [{name}: {statistics.median(times):.0f} ms from key press to new frame] ", end=""
            )
    assert not watch.faults, "\n".join(watch.faults)


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_in_the_dark_nothing_is_cut_off_and_nothing_jumps(explorables, name):
    _, watch, found = explorables(name, viewport=PHONE, scheme="dark")
    for shown in found:
        heights = set()
        for k, control in enumerate(shown.controls):
            for index in range(len(control.values)):
                shown.go(k, index)
                state = shown.box.evaluate(STATE)
                heights.add(round(state["height"]))
                right = shown.box.evaluate(
                    """(box) => Math.max(...[...box.querySelectorAll('*')]
                         .filter((e) => e.getClientRects().length && !e.closest('.noUi-base'))
                         .map((e) => e.getBoundingClientRect().right))"""
                )
                assert right <= PHONE["width"], f"{shown.name}: cut off at the right, at {right} px"
            shown.check(shown.indices(), f"{control.name} on a phone")
        assert max(heights) - min(heights) <= 1, f"{shown.name} jumps: {sorted(heights)}"
    assert not watch.faults, "\n".join(watch.faults)


def test_without_scripts_each_explorable_shows_its_first_frame(base, new_context):
    context = new_context(java_script_enabled=False, viewport=DESKTOP)
    page, seen = context.new_page(), 0
    for name in PAGES:
        page.goto(f"{base}{name}.html", wait_until="load")
        for still in page.locator(".explorable-still").all():
            names = [m[1] for c in still.get_attribute("class").split() if (m := NAME.match(c))]
            if not names:
                continue
            module = importlib.import_module(f"backprop.explorables.{names[0]}")
            starts = [
                module.describe(**{control.name: control.start for control in controls})
                for controls in lists_of_controls(module)
            ]
            words = [t for t in still.locator(".explorable-text").all_inner_texts() if t]
            alts = [image.get_attribute("alt") for image in still.locator("img").all()]
            assert words == [alt for alt in alts if alt]
            assert words[0] in starts
            seen += 1
    assert seen >= 5


@pytest.mark.parametrize("name", PAGES)
def test_in_print_stand_a_frame_and_its_words_and_no_controls(explorables, name):
    page, _, found = explorables(name)
    page.emulate_media(media="print")
    for shown in found:
        images = [image.bounding_box() for image in shown.box.locator("img").all()]
        assert any(box and box["height"] > 100 for box in images), f"{shown.name}: no picture"
        words = shown.box.locator(".explorable-text").all()
        assert any(text.is_visible() for text in words), f"{shown.name}: no words"
        assert not any(part.is_visible() for part in shown.parts), f"{shown.name}: controls"


def test_an_explorable_works_from_a_folder_without_a_server(site, new_context):
    """Opened as a file: no server, no network."""
    name = next(n for n in PAGES if "explorable-still" in (site / f"{n}.html").read_text("utf-8"))
    context = new_context(offline=True)
    page = context.new_page()
    page.goto((site / f"{name}.html").as_uri(), wait_until="load")
    page.wait_for_selector(".widget-subarea .explorable")
    box = page.locator(".widget-subarea .explorable").first
    shown = Shown(page, box)
    start = shown.indices()
    for k, control in enumerate(shown.controls):
        start[k] = len(control.values) - 1
        shown.go(k, start[k])
    shown.check(start, "from a folder")


def test_who_wants_no_motion_is_offered_none(base, new_context):
    context = new_context(reduced_motion="reduce")
    page, seen = context.new_page(), 0
    for name in PAGES:
        page.goto(f"{base}{name}.html", wait_until="load")
        page.wait_for_function("!document.querySelector('.explorable-still')")
        for row in page.locator(".explorable-play").all():
            assert row.get_by_role("button", name=re.compile("^Play")).count() == 0
            assert row.get_by_role("button").count() == 3
            seen += 1
    assert seen, "nothing in the book can be played"
