"""An explorable on an open page: what it shows, and how it is moved inside the page.

Many moves are one visit of a script to the page: it moves a control as keys or a menu do, and waits
until the settings, the words and the picture are the expected ones.
"""

from __future__ import annotations

import functools
import importlib
import re

import pytest

from backprop.explore import Control
from conftest import PATIENCE

NAME = re.compile(r"^explorable-(?!still$|play$|text$|setting$|back$|on$)(\w+)$")

# Settings of the controls, words, picture; and once they are there, what sticks out at the right.
STATE = """(box) => {
  const seen = (e) => e.getClientRects().length > 0;
  const settings = [...box.querySelectorAll('[role=slider], select')].map((e) =>
    e.tagName === 'SELECT' ? e.selectedIndex : Math.round(e.getAttribute('aria-valuenow')));
  const texts = [...box.querySelectorAll('.explorable-text')].filter(seen);
  const images = [...box.querySelectorAll('img')].filter(seen);
  return {settings, words: texts.map((e) => e.textContent).filter(Boolean),
          alts: images.map((e) => e.alt).filter(Boolean), // of layers, one has the words
          drawn: images.length > 0 && images.every((e) => e.complete && e.naturalWidth > 0)};
}"""
SIZE = """(box) => ({
  height: Math.round(box.getBoundingClientRect().height),
  right: Math.max(...[...box.querySelectorAll('*')]
    .filter((e) => e.getClientRects().length && !e.closest('.noUi-base'))
    .map((e) => e.getBoundingClientRect().right)),
})"""

# stops: [{settings, words, moves: [[control, how, to], ...]}]; how is "key" (to an index) or "press"
# (a key's name). Gives the state at each stop, or null
# and the state where it stays.
WALK = f"""async (box, {{stops, patience}}) => {{
  const state = {STATE}, size = {SIZE};
  const parts = [...box.querySelectorAll('[role=slider], select')];
  const at = (k) => state(box).settings[k];
  const send = (part, key) =>
    part.dispatchEvent(new KeyboardEvent('keydown', {{key, bubbles: true, cancelable: true}}));
  const ways = {{
    press: (k, key) => send(parts[k], key),
    key: async (k, index) => {{
      const part = parts[k];
      if (part.tagName === 'SELECT') {{
        part.selectedIndex = index;
        part.dispatchEvent(new Event('change', {{bubbles: true}}));
        return;
      }}
      for (let left = Math.abs(index - at(k)); left > 0; left -= 1) {{
        send(part, index > at(k) ? 'ArrowRight' : 'ArrowLeft');
        await seen();
      }}
    }},
  }};
  // Nobody moves on before the screen has shown what there is.
  const seen = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const states = [];
  for (const stop of stops) {{
    for (const [k, how, to] of stop.moves) await ways[how](k, to);
    const ends = performance.now() + patience;
    const same = (a, b) => a.length === b.length && a.every((value, k) => value === b[k]);
    for (;;) {{
      const now = state(box);
      if (same(now.settings, stop.settings) && now.drawn
          && same(now.words, [stop.words]) && same(now.alts, [stop.words])) {{
        states.push({{...now, ...size(box)}});
        await seen();
        break;
      }}
      if (performance.now() > ends) return [...states, null, now];
      await new Promise(requestAnimationFrame);
    }}
  }}
  return states;
}}"""

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


def describe_of(module, controls):
    """The module's words for these controls; what the front page shows may be of other data."""
    if controls is getattr(module, "FRONT", None):
        return functools.partial(module.describe, data=module.FRONT_DATA)
    return module.describe


class Shown:
    """An explorable on an open page, with the module that it comes from."""

    def __init__(self, page, box):
        self.page, self.box = page, box
        names = [m[1] for c in box.get_attribute("class").split() if (m := NAME.match(c))]
        assert len(names) == 1, f"an explorable of no known module: {names}"
        self.name = names[0]
        self.module = importlib.import_module(f"backprop.explorables.{self.name}")
        self.parts = box.locator("[role=slider], select").all()
        self.controls = controls_of(self.module, box.evaluate(COUNTS))
        self.describe = functools.cache(describe_of(self.module, self.controls))

    def is_menu(self, k: int) -> bool:
        return self.controls[k].kind == "menu"

    def last(self, k: int) -> int:
        return len(self.controls[k].values) - 1

    def start(self) -> list[int]:
        return [control.values.index(control.start) for control in self.controls]

    def settings(self) -> list[int]:
        return self.box.evaluate(STATE)["settings"]

    def expected(self, settings) -> str:
        return self.describe(**{c.name: c.values[i] for c, i in zip(self.controls, settings)})

    def walk(self, how: str, *stops) -> list[dict]:
        """Makes the moves of each stop (settings, moves) and returns what is shown at each.

        Fails unless the widget comes to show the settings, and words and picture for them.
        """
        wanted = [
            {"settings": list(settings), "words": self.expected(settings), "moves": moves}
            for settings, moves in stops
        ]
        states = self.box.evaluate(WALK, {"stops": wanted, "patience": PATIENCE * 1000 // 3})
        if None in states:
            stop = wanted[states.index(None)]
            pytest.fail(f"{self.name}, {how}: expected {stop}; shown: {states[-1]}")
        return states

    def check(self, settings, how: str) -> dict:
        """Waits until the widget shows these settings."""
        return self.walk(how, (settings, []))[0]

    def through(self, k: int, indices, base=None):
        """Stops of control k at each of the indices, the others as in `base` or as they start."""
        for index in indices:
            settings = list(base or self.start())
            settings[k] = index
            yield settings, [[k, "key", index]]

    def handle(self, k: int) -> tuple[float, float]:
        """The middle of a slider's handle."""
        box = self.parts[k].bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def track(self, k: int):
        """share -> the point on the slider's track, that share of its length from the left."""
        track = self.parts[k].locator("xpath=ancestor::*[contains(@class,'noUi-base')]")
        track.scroll_into_view_if_needed()
        box = track.bounding_box()

        def point(share: float) -> tuple[float, float]:
            inside = min(max(share * box["width"], 1), box["width"] - 1)
            return box["x"] + inside, box["y"] + box["height"] / 2

        return point


def explorables_of(page) -> list[Shown]:
    """The page's explorables that come from a module."""
    boxes = page.locator(".widget-subarea .explorable").all()
    named = [b for b in boxes if any(map(NAME.match, b.get_attribute("class").split()))]
    return [Shown(page, box) for box in named]
