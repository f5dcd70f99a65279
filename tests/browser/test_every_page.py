"""Every page in Chromium, twice: on a desktop in the light, on a phone in the dark.

A visit serves many tests: whole, no request to another host, no error, no obstacle that axe-core
finds, no sideways scrolling, every explorable moved as a reader moves it. The site is the whole
network: see Watch in conftest.
"""

from __future__ import annotations

import random
import re
import statistics

import pytest
from axe import AT_REST, COLOURS, RULES, in_theme, obstacles
from cut import PAINTED, cut, cut_anywhere, open_boxes
from shown import explorables_of

from conftest import DESKTOP, PHONE, Watch, arrive, toc_pages

PAGES = toc_pages()
BESIDE = ["search", "genindex", "py-modindex", "404"]
COMBINATIONS = 5  # at random, for each explorable

# Text as a reader sees it, code left out: raw TeX must not be in it.
PROSE = """() => {
  const article = document.querySelector('article').cloneNode(true);
  article.querySelectorAll('pre, code, script, style, mjx-container').forEach((e) => e.remove());
  return article.textContent;
}"""

# What a widget shows: the pictures and texts in it that have a size on the screen.
SHOWN = """(area) => {
  const seen = (e) => e.getClientRects().length > 0;
  const parts = [...area.querySelectorAll('img')].filter(seen).map((e) => e.src);
  const text = '.widget-html-content, .widget-htmlmath-content, .jupyter-widgets.widget-label, pre';
  const texts = [...area.querySelectorAll(text)].filter(seen).map((e) => e.textContent);
  return [...parts, ...texts].join('\\n');
}"""

CHANGES = f"([area, before]) => ({SHOWN})(area) !== before"

# Whether a slider or a menu can go back, not on.
CAN_GO_BACK = """(e) => e.role === 'slider'
  ? Number(e.ariaValueNow) > Number(e.ariaValueMin) : (e.selectedIndex ?? 0) > 0"""

# What scrolls sideways, but not with the keyboard, or has no name.
UNNAMED = """() => [...document.querySelectorAll(
    'article :is(div.math mjx-container, pre, .pst-scrollable-table-container)')]
  .filter((e) => e.scrollWidth > e.clientWidth + 1
    && !(e.tabIndex === 0 && e.role === 'group' && e.ariaLabel.endsWith(', scrolls sideways')))
  .map((e) => e.textContent.slice(0, 60))"""

# Whether a browser prints what lies behind each of these pictures.
PRINTED = """(images) => images.map(
  (image) => getComputedStyle(image).getPropertyValue('-webkit-print-color-adjust'))"""

ACTIVE = "(handle) => handle.classList.contains('noUi-active')"  # it goes along with the mouse

# From a key press to the new frame, and how many screens in between had no whole picture.
TIMED = """async ({box, k, key}) => {
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
  const handle = box.querySelectorAll('[role=slider], select')[k];
  const start = performance.now();
  handle.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
  while (words() === before && performance.now() - start < 60_000) await new Promise(requestAnimationFrame);
  const time = performance.now() - start;
  await new Promise((done) => setTimeout(done, 60));
  running = false;
  return {time, empty, changed: words() !== before};
}"""


def visit(request, base, tabs, viewport, scheme):
    page, watch = tabs.take(viewport, scheme), Watch(base)
    watch.attach(page)
    arrive(page, f"{base}{request.param}.html")
    yield page, watch
    watch.detach()
    tabs.give(page, base)


@pytest.fixture(scope="module", params=PAGES)
def desktop(request, base, tabs):
    """(page, watch): a page on a desktop, in the light, at rest."""
    yield from visit(request, base, tabs, DESKTOP, "light")


@pytest.fixture(scope="module", params=PAGES)
def phone(request, base, tabs):
    """The same on a phone, in the dark."""
    yield from visit(request, base, tabs, PHONE, "dark")


def clean(watch) -> None:
    assert not watch.faults, "\n".join(watch.faults)


def none(faults) -> None:
    assert not faults, f"{len(faults)} faults\n" + "\n".join(list(faults)[:30])


every_page = pytest.mark.parametrize("desktop", [*PAGES, *BESIDE], indirect=True)


# On a desktop


def test_page_is_whole(desktop):
    page, watch = desktop
    prose = page.evaluate(PROSE)
    for raw in ("$$", "\\frac", "\\mathbf", "\\(", "\\[", "\\begin{"):
        assert raw not in prose, f"raw TeX {raw!r}: ...{prose[prose.index(raw) - 60 :][:160]!r}"
    places = page.locator("article .math").count()
    set_ = page.locator("article .math mjx-container").count()
    assert set_ >= places, f"{places - set_} of {places} formulas are not set"
    assert page.locator("mjx-container mjx-assistive-mml").count() >= set_
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0, "TeX that MathJax refuses"
    clean(watch)


@every_page
def test_axe_finds_no_obstacle_in_the_light(desktop):
    none(obstacles(in_theme(desktop[0], "light")))


@every_page
def test_axe_finds_no_obstacle_in_the_dark(desktop):
    """All rules on the front page, where what stands around the article is the same; or where something
    in the article is shown in the dark alone. Else the two themes differ in their colours."""
    page = in_theme(desktop[0], "dark")
    front = page.url.endswith(f"{PAGES[0]}.html")
    alone = front or page.locator("article .only-dark").count()
    found = obstacles(page, RULES if alone else COLOURS)
    in_theme(page, "light")
    none(found)


def test_pictures_suit_the_dark_theme(desktop):
    page = in_theme(desktop[0], "dark")
    styles = page.evaluate(
        """() => [...document.querySelectorAll('article img:not(.no-invert)')].map((e) => {
             const s = getComputedStyle(e); return [e.src, s.filter, s.backgroundColor]; })"""
    )
    in_theme(page, "light")
    for source, how, ground in styles:
        assert how.startswith("invert("), f"{source}: {how}"
        assert ground == "rgba(0, 0, 0, 0)", f"{source}: {ground}"


def test_by_keyboard_every_value_of_every_control_shows_its_frame(desktop):
    page, watch = desktop
    for shown in explorables_of(page):
        start, heights = shown.start(), set()
        shown.check(start, "as it starts")
        for k, control in enumerate(shown.controls):
            last, first = shown.last(k), start[k]
            stops = [*shown.through(k, range(first, last + 1))]
            back = [*shown.through(k, range(first + 1))]
            if not shown.is_menu(k):
                back[0] = (back[0][0], [[k, "press", "Home"]])
            stops += back
            for state in shown.walk(f"{control.name} by keyboard", *stops):
                heights.add(state["height"])
            forward = first < last
            press = (
                ("ArrowDown" if forward else "ArrowUp")
                if shown.is_menu(k)
                else ("ArrowRight" if forward else "ArrowLeft")
            )
            shown.parts[k].press(press)
            settings = list(start)
            settings[k] += 1 if forward else -1
            shown.check(settings, f"{control.name} by {press}")
            shown.walk("back", *shown.through(k, [first]))
        assert len(heights) == 1, f"{shown.name}: its height changes: {sorted(heights)}"
        chance, stops = random.Random(0), []
        for _ in range(COMBINATIONS):
            settings = [chance.randrange(len(control.values)) for control in shown.controls]
            order = chance.sample(range(len(settings)), len(settings))
            stops.append((settings, [[k, "key", settings[k]] for k in order]))
        shown.walk("a combination", *stops)
        shown.walk("back", (start, [[k, "key", index] for k, index in enumerate(start)]))
    clean(watch)


def test_by_mouse_every_control_is_clicked_and_dragged(desktop):
    page, watch = desktop
    for shown in explorables_of(page):
        shown.box.scroll_into_view_if_needed()
        at = shown.settings()
        for k, control in enumerate(shown.controls):
            last = shown.last(k)
            if shown.is_menu(k):
                for index in (last, 0):
                    shown.parts[k].select_option(index=index)
                    at[k] = index
                    shown.check(at, f"{control.name} chosen")
                continue
            point = shown.track(k)
            for share in (0.5, 0.0) if at[k] == last else (1.0, 0.0):
                page.mouse.click(*point(share))
                at[k] = round(share * last)
                shown.check(at, f"{control.name} clicked")
                page.wait_for_function("!document.querySelector('.noUi-state-tap')")
            page.wait_for_function(AT_REST)  # the handle has come to where it is seen
            page.mouse.move(*shown.handle(k))
            page.mouse.down()
            page.wait_for_function(ACTIVE, arg=shown.parts[k].element_handle())
            for index in sorted({1, last // 2, last}):
                page.mouse.move(*point(index / last))
                at[k] = index
                shown.check(at, f"{control.name} dragged")
            page.mouse.up()
    clean(watch)


def test_what_passes_can_be_played_and_stepped(desktop):
    page, watch = desktop
    for shown in explorables_of(page):
        for k, control in enumerate(shown.controls):
            if control.kind != "play":
                continue
            row = shown.parts[k].locator("xpath=ancestor::*[contains(@class,'explorable-play')]")

            def button(name, row=row):
                return row.get_by_role("button", name=name, exact=True)

            at, last, label = shown.settings(), shown.last(k), control.label
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
            button(f"Pause: {label}").press("Enter")
            button(f"Play: {label}").wait_for()
            at = shown.settings()
            shown.check(at, "paused")
            page.wait_for_timeout(800)  # longer than a step of playing
            shown.check(at, "paused, and later")
            shown.walk("near the end", *shown.through(k, [max(0, last - 2)], base=at))
            button(f"Play: {label}").click()
            at[k] = last
            shown.check(at, "played to its end")
            button(f"Play: {label}").wait_for()
            at[k] = 0
            shown.walk("Home", (at, [[k, "press", "Home"]]))
    clean(watch)


def test_who_wants_no_motion_is_offered_none(desktop):
    page, _ = desktop
    played = [c for shown in explorables_of(page) for c in shown.controls if c.kind == "play"]
    assert page.locator(".explorable-play").count() == len(played)
    page.emulate_media(reduced_motion="reduce")
    for row in page.locator(".explorable-play").all():
        assert row.get_by_role("button", name=re.compile("^Play")).count() == 0
        assert row.get_by_role("button").count() == 3
    page.emulate_media(reduced_motion="no-preference")
    for row in page.locator(".explorable-play").all():
        assert row.get_by_role("button", name=re.compile("^Play")).count() == 1


def test_a_move_shows_the_next_frame_with_no_gap(desktop, capsys):
    page, watch = desktop
    times = []
    for shown in explorables_of(page):
        k = next((k for k in range(len(shown.controls)) if not shown.is_menu(k)), None)
        if k is None:
            continue
        shown.box.scroll_into_view_if_needed()
        before = shown.settings()
        before[k] = 0
        shown.walk("Home", (before, [[k, "press", "Home"]]))
        for key in ("ArrowRight", "ArrowLeft") * 5:
            timed = page.evaluate(TIMED, {"box": shown.box.element_handle(), "k": k, "key": key})
            assert timed["empty"] == 0, f"{shown.name}: {timed['empty']} screens without a picture"
            assert timed["changed"], f"{shown.name}: nothing moves"
            times.append(timed["time"])
        assert shown.settings() == before
    if times:
        with capsys.disabled():
            print(f" [{statistics.median(times):.0f} ms from key press to new frame] ", end="")
    clean(watch)


def controls(page):
    """Every control of the page's widgets that a reader sees: its element, its area, its kind."""
    areas = page.locator(".widget-subarea")
    for number in range(areas.count()):
        area = areas.nth(number)
        for kind, selector in {
            "slider": "[role=slider]",
            "dropdown": "select",
            "buttons": ".widget-toggle-buttons",
            "checkbox": "input[type=checkbox]",
            "radio": ".widget-radio-box",
        }.items():
            found = area.locator(selector)
            for index in range(found.count()):
                if found.nth(index).is_visible():
                    yield f"widget {number + 1}, {kind} {index + 1}", found.nth(index), area, kind


def move(page, control, kind: str, back: bool) -> None:
    """One step of a control by the keyboard alone."""
    if kind == "buttons":
        states = [
            "mod-active" in (button.get_attribute("class") or "")
            for button in control.locator("button").all()
        ]
        target = (states.index(True) + (-1 if back else 1)) % len(states)
        control.locator("button").nth(target).press("Enter")
    elif kind == "checkbox":
        control.press("Space")
    elif kind == "radio":
        control.locator("input:checked").press("ArrowUp" if back else "ArrowDown")
    elif kind == "slider":
        control.press("ArrowLeft" if back else "ArrowRight")
    else:
        control.press("ArrowUp" if back else "ArrowDown")


def test_every_control_moves_its_widget(desktop):
    page, watch = desktop
    areas = set()
    for label, control, area, kind in controls(page):
        back, before = control.evaluate(CAN_GO_BACK), area.evaluate(SHOWN)
        assert "blob:" not in before, "a picture with a new address each time would prove nothing"
        for direction in (back, not back):
            move(page, control, kind, direction)
            page.wait_for_function(CHANGES, arg=[area.element_handle(), before])
            before = area.evaluate(SHOWN)
        areas.add(label.partition(",")[0])
    assert len(areas) == page.locator(".widget-subarea").count(), f"only {areas} have controls"
    clean(watch)


def test_moves_faster_than_the_screen_leave_no_error_and_the_last_frame(desktop):
    page, watch = desktop
    for shown in explorables_of(page):
        for k in range(len(shown.controls)):
            if not shown.is_menu(k):
                settings = shown.settings()
                keys = 9 * ["ArrowRight", "ArrowRight", "ArrowLeft"]
                for end, index in (("End", shown.last(k)), ("Home", 0)):
                    settings[k] = index
                    moves = [[k, "press", key] for key in (*keys, end)]
                    shown.walk("faster than the screen", (settings, moves))
    clean(watch)


def test_in_print_stand_a_frame_and_its_words_and_no_controls(desktop):
    page, _ = desktop
    page.emulate_media(media="print")
    try:
        for shown in explorables_of(page):
            images = [image.bounding_box() for image in shown.box.locator("img").all()]
            assert any(box and box["height"] > 100 for box in images), f"{shown.name}: no picture"
            grounds = shown.box.locator("img").evaluate_all(PRINTED)
            assert set(grounds) == {"exact"}, f"{shown.name}: the ground of a frame is not printed"
            words = shown.box.locator(".explorable-text").all()
            assert any(text.is_visible() for text in words), f"{shown.name}: no words"
            assert not any(part.is_visible() for part in shown.parts), f"{shown.name}: controls"
    finally:
        page.emulate_media(media="screen")


def test_in_a_window_made_narrow_what_scrolls_can_be_reached(desktop):
    page, _ = desktop
    page.set_viewport_size(PHONE)
    page.evaluate(PAINTED)
    unnamed = page.evaluate(UNNAMED)
    page.set_viewport_size(DESKTOP)
    assert not unnamed, f"scrolls, but not with the keyboard, or has no name: {unnamed}"


@every_page
def test_nothing_is_cut_off_at_any_width(desktop):
    """On the screen and on paper, the closed boxes opened: the last test of this visit."""
    page, _ = desktop
    open_boxes(page)
    none(cut_anywhere(page, "screen", "print"))


# On a phone


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_no_sideways_scrolling_on_a_phone(phone, scheme):
    page, watch = phone
    in_theme(page, scheme)
    width = page.evaluate("document.documentElement.scrollWidth")
    wide = page.evaluate(
        """(limit) => [...document.querySelectorAll('article *')]
             .filter((e) => e.getBoundingClientRect().right > limit + 1)
             .slice(0, 5).map((e) => e.tagName + '.' + e.className)""",
        PHONE["width"],
    )
    assert width <= PHONE["width"], f"the page is {width} px wide: {wide}"
    reports = page.locator(".output:has(> .gradient-report)")
    assert reports.evaluate_all("all => all.every((e) => e.scrollWidth <= e.clientWidth)")
    unnamed = page.evaluate(UNNAMED)
    assert not unnamed, f"scrolls, but not with the keyboard, or has no name: {unnamed}"
    clean(watch)


def test_on_a_phone_in_the_dark_nothing_is_cut_off_and_nothing_jumps(phone):
    page, watch = phone
    in_theme(page, "dark")
    for shown in explorables_of(page):
        states, at = [], shown.settings()
        for k, control in enumerate(shown.controls):
            stops = shown.through(k, range(shown.last(k) + 1), base=at)
            states += shown.walk(f"{control.name} on a phone", *stops)
            at = states[-1]["settings"]
        right, heights = max(s["right"] for s in states), {s["height"] for s in states}
        assert right <= PHONE["width"], f"{shown.name}: cut off at the right, at {right} px"
        assert max(heights) - min(heights) <= 1, f"{shown.name} jumps: {sorted(heights)}"
    clean(watch)


@pytest.mark.parametrize("phone", [*PAGES, *BESIDE], indirect=True)
def test_nothing_is_cut_off_in_the_dark(phone):
    """The closed boxes opened: the last test of this visit."""
    page, _ = phone
    in_theme(page, "dark")
    open_boxes(page)
    none(cut(page, 280) | cut(page, 1280))
