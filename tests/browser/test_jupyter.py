"""Explorables and the playground alive in JupyterLab, driven as a learner drives them.

One notebook of three cells is run in a server of its own, on a free port, with folders of its own.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from backprop.explorables import depth, training_step
from book._tools.commands import notebooks
from conftest import PATIENCE

CELLS = (
    "from backprop.explorables import depth, training_step\n"
    "from backprop.playground import play\n"
    "training_step.explorable()",
    "depth.explorable()",
    "play(hidden=(4, 3), data='xor')",
)
BUTTONS = ("Run", "Pause", "One step", "Reset")
QUIET = {"fetchNews": "false", "checkForUpdates": False}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a running JupyterLab with the notebook in it."""
    pytest.importorskip("jupyterlab")
    folder = tmp_path_factory.mktemp("jupyter")
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA)
    nbformat.write(notebook, folder / "live.ipynb")
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    places = ("CONFIG", "DATA", "RUNTIME")
    environment = os.environ | {f"JUPYTER_{place}_DIR": str(folder / place) for place in places}
    environment |= {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_TOKEN": token,
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--notebook-dir={folder}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    log = (folder / "log").open("w+")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        base = f"http://127.0.0.1:{port}"

        def answers():
            assert process.poll() is None, (folder / "log").read_text()[-3000:]
            try:
                urllib.request.urlopen(f"{base}/api/status?token={token}", timeout=PATIENCE).close()
            except (urllib.error.URLError, ConnectionError):
                return False
            return True

        wait_for(answers)
        yield f"{base}/lab/tree/live.ipynb?token={token}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


@pytest.fixture(scope="module")
def lab(server, tabs):
    """The page of the notebook, all cells run, and what the console complained of."""
    page = tabs.context(viewport={"width": 1280, "height": 1000}).new_page()
    page.goto(server)
    first = page.locator(".jp-Notebook .jp-CodeCell").first
    first.locator(".cm-content").click()
    page.wait_for_selector("text=/Python 3.*Idle/")
    for number in range(len(CELLS)):
        page.keyboard.press("Shift+Enter")
        cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
        cell.locator(".widget-vbox, .playground[data-frames]").first.wait_for()
    yield page
    page.context.close()


def cell(page, number):
    found = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    found.scroll_into_view_if_needed()
    return found


def wait_for(condition, seconds=PATIENCE):
    """The value of `condition()` as soon as it is true."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    pytest.fail(f"not true within {seconds} s")


def words(page, number):
    """What the explorable of a cell says of the frame that it shows."""
    return cell(page, number).locator(".explorable-text").inner_text()


def status(page):
    """The playground's numbers."""
    return cell(page, 2).locator(".pg-numbers").inner_text()


def steps_done(page):
    return int(re.search(r"([\d,]+) steps?\b", status(page)).group(1).replace(",", ""))


def stands_still(page):
    """Whether no step is done in two seconds."""
    before = steps_done(page)
    page.wait_for_timeout(2000)
    return steps_done(page) == before


def test_the_stepper_moves_by_keyboard_and_by_its_buttons(lab):
    first, second, third = list(training_step.STEPS)[:3]
    assert words(lab, 0) == training_step.describe(first)
    slider = cell(lab, 0).get_by_role("slider")
    for _ in range(5):  # slider and buttons speak to different threads of the kernel
        slider.press("ArrowRight")
        wait_for(lambda: words(lab, 0) == training_step.describe(second))
        cell(lab, 0).locator(".explorable-on").press("Enter")
        wait_for(lambda: words(lab, 0) == training_step.describe(third))
        cell(lab, 0).locator(".explorable-back").click()
        wait_for(lambda: words(lab, 0) == training_step.describe(second))
        slider.press("Home")
        wait_for(lambda: words(lab, 0) == training_step.describe(first))
    slider.press("End")
    wait_for(lambda: words(lab, 0) == training_step.describe("new loss"))
    assert cell(lab, 0).locator("img").get_attribute("alt") == training_step.describe("new loss")


def test_depth_takes_a_value_that_the_page_does_not_have(lab):
    start = {"activation": "relu", "scheme": "he_normal"}
    assert words(lab, 1) == depth.describe(depth=10, **start)
    cell(lab, 1).get_by_role("slider").press("ArrowRight")
    assert 11 not in depth.CONTROLS[0].values
    wait_for(lambda: words(lab, 1) == depth.describe(depth=11, **start))
    cell(lab, 1).get_by_label("activation").select_option("sigmoid")
    wait_for(lambda: words(lab, 1) == depth.describe(11, "sigmoid", "he_normal"))


def test_the_playground_runs_pauses_steps_and_begins_anew(lab):
    playground = cell(lab, 2)
    button = {name: playground.get_by_role("button", name=name, exact=True) for name in BUTTONS}
    assert status(lab).startswith("0 epochs, 0 steps")
    button["One step"].press("Enter")
    wait_for(lambda: steps_done(lab) == 1)
    button["Run"].click()
    seen = wait_for(lambda: steps_done(lab) > 20 and steps_done(lab))
    wait_for(lambda: steps_done(lab) > seen)
    unit = playground.get_by_role("button", name="Layer 2, unit 3")
    unit.focus()
    playground.get_by_text("Unit 3 of layer 2").wait_for()
    wait_for(lambda: steps_done(lab) > seen + 1)  # it goes on meanwhile
    unit.press("ArrowLeft")
    playground.get_by_text("Unit 3 of layer 1").wait_for()
    button["Pause"].press("Enter")
    wait_for(lambda: stands_still(lab))
    button["Reset"].click()
    wait_for(lambda: status(lab).startswith("0 epochs, 0 steps"))


def test_bad_input_is_answered_in_the_playground(lab):
    playground = cell(lab, 2)
    field = playground.get_by_label("hidden layers")
    alert = playground.locator(".pg-message")  # hidden while it is empty
    field.fill("8, x")
    field.press("Enter")
    wait_for(lambda: "expected whole numbers" in alert.text_content())
    assert field.input_value() == "8, x"
    assert playground.get_by_role("button", name="Layer 2, unit 3").count() == 1, "as before"
    field.fill("2")
    field.press("Enter")
    wait_for(lambda: not alert.text_content())
    wait_for(lambda: playground.get_by_role("button", name="Layer 1, unit 3").count() == 0)
    rate = playground.get_by_label("learning rate")
    rate.fill("0")
    rate.press("Enter")
    wait_for(lambda: "greater than 0, got '0'" in alert.text_content())
    rate.fill("0.5")
    rate.press("Enter")
    wait_for(lambda: not alert.text_content())
