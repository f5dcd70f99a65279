"""The playground on its page: the prepared run, then alive, used by pointer, keys, files and address."""

from __future__ import annotations

import json

import axe
import pytest

from backprop import load
from conftest import PHONE, Watch, missing

NAME = "book/12-playground"
CHARTS = "([...e.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()).join())"
STATE = "data=xor&hidden=4,3&activation=relu&loss=softmax_cross_entropy&learning_rate=0.2&seed=5"


def charts(playground) -> str:
    """What all of its canvases show."""
    return playground.evaluate(f"(e) => {CHARTS}")


def changes(playground, before: str) -> None:
    playground.page.wait_for_function(
        f"([e, before]) => {CHARTS} !== before", arg=[playground.element_handle(), before]
    )


def press(playground, name: str) -> None:
    playground.get_by_role("button", name=name, exact=True).click()


def says(playground, part: str) -> None:
    """Wait for the message that something is wrong, and for its going with no part."""
    playground.locator(".pg-message" + (":empty" if not part else ""), has_text=part).wait_for(
        state="visible" if part else "attached"
    )


def has(playground, part: str) -> None:
    """Wait for a part of the line of numbers."""
    playground.locator(".pg-numbers", has_text=part).wait_for()


def says_what_is_shown(playground) -> list[str]:
    """The names of its pictures, for whoever cannot see them."""
    return [one.get_attribute("aria-label") for one in playground.get_by_role("img").all()]


def enter(playground, label: str, text: str) -> None:
    field = playground.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Enter")


def test_the_prepared_run_moves_and_waits_where_motion_is_unwelcome(base, new_page):
    for motion in ("no-preference", "reduce"):
        page = new_page(reduced_motion=motion)
        page.goto(f"{base}{NAME}.html", wait_until="load")
        run = page.locator(".playground-prepared .playground")
        run.scroll_into_view_if_needed()
        if motion == "reduce":
            has(run, "60 epochs")
            assert run.get_attribute("data-frames") == "1"
            run.get_by_role("button", name="Play").click()
        page.wait_for_function("(e) => Number(e.dataset.frames) >= 4", arg=run.element_handle())
        slider = run.get_by_role("slider")
        slider.press("End")
        has(run, "60 epochs")
        assert slider.get_attribute("aria-valuetext") == "60 epochs"
        run.get_by_role("button", name="Play").wait_for()  # the slider stops it


def test_without_scripts_there_is_the_last_picture(site, base, new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{base}{NAME}.html", wait_until="load")
    assert page.locator(".pg-still img").get_attribute("alt").startswith("60 epochs, 840 steps")


def test_the_prepared_run_works_from_a_folder(site, new_context):
    page = new_context().new_page()
    page.goto((site / f"{NAME}.html").as_uri())
    page.locator(".playground-prepared .playground[data-frames]").wait_for()


@pytest.fixture(scope="module")
def playground(site, base, tabs):
    """Alive, opened by an address with one thing wrong in it; what goes wrong on the page fails."""
    if not json.loads((site / "lite" / "live.json").read_text("utf-8"))["available"]:
        missing("Pyodide")
    page, watch = tabs.take(viewport={"width": 1280, "height": 1400}), Watch(base)
    watch.attach(page)
    page.goto(f"{base}{NAME}.html#play&{STATE}&batch_size=no", wait_until="load")
    page.locator(".live-start").click()
    alive = page.locator(".live-area .playground")
    page.locator(".live-area .playground[data-frames]").wait_for()
    yield alive
    watch.detach()
    tabs.give(page, base)
    assert not watch.faults, "\n".join(watch.faults)


def test_the_address_is_read_and_what_is_wrong_with_it_is_named(playground):
    says(playground, "In the address: batch_size: expected a whole number of at least 1, got 'no'.")
    values = {
        "data": "xor",
        "hidden layers": "4, 3",
        "loss": "softmax_cross_entropy",
        "batch size": "10",
    }
    for label, value in values.items():
        assert playground.get_by_label(label, exact=True).input_value() == value


def test_it_trains_is_drawn_meanwhile_pauses_steps_and_begins_anew(playground):
    before = charts(playground)
    press(playground, "One step")
    has(playground, "0 epochs, 1 step")
    changes(playground, before)
    frames = int(playground.get_attribute("data-frames"))
    began = playground.evaluate("() => performance.now()")
    press(playground, "Run")
    page = playground.page
    page.wait_for_function(
        "([e, n]) => Number(e.dataset.frames) > n", arg=[playground.element_handle(), frames + 40]
    )
    count, spent, now = playground.evaluate(
        "(e) => [Number(e.dataset.frames), Number(e.dataset.spent), performance.now()]"
    )
    print(
        f"{(count - frames) / (now - began) * 1000:.1f} frames a second, "
        f"{spent / count:.1f} ms to draw one; {playground.locator('.pg-numbers').inner_text()}"
    )
    assert page.evaluate("document.activeElement.textContent") == "Pause"  # Run cannot be pressed
    page.keyboard.press("Enter")
    page.wait_for_function(
        "(e) => !e.classList.contains('pg-running')", arg=playground.element_handle()
    )
    assert page.evaluate("document.activeElement.textContent") == "Run"
    assert "weights=" in page.url, "a link to this page shows this network"
    press(playground, "Reset")
    has(playground, "0 epochs, 0 steps")
    net, plane, loss = says_what_is_shown(playground)
    assert net.startswith("The network, 2-4-3-2 units from the inputs on, with lines for weights")
    assert plane.startswith("The plane with 140 points: the class that the network gives.")
    assert loss.startswith("The losses of epochs 0 to 0: training ")


def test_no_menu_cuts_what_can_be_chosen(playground):
    cut = playground.locator("select").evaluate_all(
        """(all) => all.filter((menu) => {
          const style = getComputedStyle(menu);
          const pen = document.createElement("canvas").getContext("2d");
          pen.font = style.font;
          const widest = Math.max(...[...menu.options].map(({ text }) => pen.measureText(text).width));
          const arrow = 18;
          return widest > menu.clientWidth - 2 * parseFloat(style.paddingLeft) - arrow;
        }).map((menu) => menu.ariaLabel)"""
    )
    assert not cut


def test_a_unit_under_the_pointer_and_by_keyboard(playground):
    playground.get_by_role("button", name="Layer 2, unit 3").focus()
    caption = playground.locator("caption")
    caption.get_by_text("Unit 3 of layer 2").wait_for()
    before = charts(playground)
    playground.get_by_role("button", name="Layer 1, unit 2").hover()
    caption.get_by_text("Unit 2 of layer 1").wait_for()
    changes(playground, before)
    playground.page.mouse.move(0, 0)
    caption.get_by_text("Unit 3 of layer 2").wait_for()
    playground.page.keyboard.press("ArrowLeft")
    caption.get_by_text("Unit 3 of layer 1").wait_for()
    assert playground.locator("tbody tr").count() == 3, "two weights and a bias"
    for label in ("lines show", "the plane shows"):
        before = charts(playground)
        playground.get_by_label(label).select_option(index=1)
        changes(playground, before)
        playground.get_by_label(label).select_option(index=0)


def test_bad_values_are_answered(playground):
    enter(playground, "hidden layers", "4, x")
    says(playground, "hidden layers: expected whole numbers such as 8, 8, got 'x'")
    enter(playground, "hidden layers", "4, 3")
    says(playground, "")
    playground.get_by_label("data", exact=True).select_option("function")
    enter(playground, "class 1 where this is > 0", "x1 + boom(x2)")
    says(playground, "got 'boom(x2)'")
    enter(playground, "class 1 where this is > 0", "sin(3*x1) - x2")
    says(playground, "")


def test_points_are_painted_by_mouse_and_by_keys_and_taken_from_a_file(playground, tmp_path):
    page = playground.page
    playground.locator("summary", has_text="Your own points").click()
    plane = playground.locator(".pg-plane canvas")
    before = charts(playground)
    plane.focus()
    for key in ("ArrowRight", "ArrowUp", "2", " "):
        page.keyboard.press(key)
    playground.get_by_role("status").get_by_text("class 2 at").wait_for(state="attached")
    changes(playground, before)
    page.wait_for_function("document.querySelector('.pg-data select').value === 'own'")
    press(playground, "Remove all points")
    says(playground, "points: expected 6 to 1000 of them, got 0")
    for label, at in ((0, 0.2), (1, 0.7)):
        playground.get_by_label(f"class {label}", exact=True).check()
        plane.scroll_into_view_if_needed()
        box = plane.bounding_box()
        x, y = box["x"] + at * box["width"], box["y"] + 0.2 * box["height"]
        page.mouse.move(x, y)
        page.mouse.down()
        for k in range(1, 6):
            page.mouse.move(x, y + 20 * k)
        page.mouse.up()
    says(playground, "")
    page.wait_for_function("location.hash.includes('data=own')")
    table = tmp_path / "points.csv"
    table.write_text("x1,x2,class\n1,2\n" + "0,0,0\n1,1,1\n" * 4)
    playground.get_by_label("open a CSV file").set_input_files(table)
    says(playground, "line 2, got '1,2'. Nothing was taken.")
    table.write_text("x1,x2,class\n" + "0,0,0\n1,1,1\n" * 4)
    playground.get_by_label("open a CSV file").set_input_files(table)
    says(playground, "")
    playground.locator("summary", has_text="Your own points").click()


def test_first_weights_are_set_and_their_shape_is_looked_at(playground):
    enter(playground, "hidden layers", "2")
    playground.locator("summary", has_text="First weights").click()
    first = playground.locator(".pg-tables textarea").first
    playground.page.wait_for_function(
        "(e) => e.value.split('\\n').length === 2", arg=first.element_handle()
    )
    first.fill("1 2 | 3")
    press(playground, "Begin with these")
    says(playground, "W^1: expected 2 rows, one for each unit, got 1.")
    first.fill("1 2 | 3\n-1 0.5 | 0")
    press(playground, "Begin with these")
    says(playground, "")
    playground.get_by_role("button", name="Layer 1, unit 1").focus()
    playground.locator("tbody tr", has_text="bias").get_by_text("3", exact=True).wait_for()


def test_a_network_is_saved_and_loaded(playground, tmp_path):
    playground.locator("summary", has_text="Save, load, share").click()
    with playground.page.expect_download() as coming:
        press(playground, "Save the network")
    file = tmp_path / "network.npz"
    coming.value.save_as(file)
    assert load(file).W[1].tolist() == [[1, 2], [-1, 0.5]]
    enter(playground, "hidden layers", "5")
    playground.get_by_label("load a network").set_input_files(file)
    playground.page.wait_for_function(
        "(e) => e.value === '2'", arg=playground.get_by_label("hidden layers").element_handle()
    )
    file.write_text("nothing")
    playground.get_by_label("load a network").set_input_files(file)
    says(playground, "file: expected a network that save wrote")


def test_it_is_whole_on_a_phone_in_the_dark_and_axe_finds_nothing(playground):
    page = playground.page
    for viewport, scheme in ((None, "light"), (PHONE, "dark")):
        if viewport:
            page.set_viewport_size(viewport)
        found = axe.obstacles(axe.in_theme(page, scheme))
        assert not found, "\n".join(found[:20])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sizes = playground.locator("input[type=text], select").evaluate_all(
        "all => all.map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 16, "a phone zooms in on smaller ones"
