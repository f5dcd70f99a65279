"""Explorables without scripts and without a server; moved as a reader does: test_every_page."""

from __future__ import annotations

import importlib

from shown import NAME, describe_of, explorables_of, lists_of_controls

from conftest import DESKTOP, toc_pages

PAGES = toc_pages()


def test_without_scripts_each_explorable_shows_its_first_frame(site, base, new_context):
    context = new_context(java_script_enabled=False, viewport=DESKTOP)
    page, seen = context.new_page(), 0
    for name in PAGES:
        if "explorable-still" not in (site / f"{name}.html").read_text("utf-8"):
            continue
        page.goto(f"{base}{name}.html", wait_until="load")
        for still in page.locator(".explorable-still").all():
            names = [m[1] for c in still.get_attribute("class").split() if (m := NAME.match(c))]
            if not names:
                continue
            module = importlib.import_module(f"backprop.explorables.{names[0]}")
            starts = [
                describe_of(module, controls)(
                    **{control.name: control.start for control in controls}
                )
                for controls in lists_of_controls(module)
            ]
            words = [t for t in still.locator(".explorable-text").all_inner_texts() if t]
            alts = [image.get_attribute("alt") for image in still.locator("img").all()]
            assert words == [alt for alt in alts if alt]
            assert words[0] in starts
            seen += 1
    assert seen >= 5


def test_an_explorable_works_from_a_folder_without_a_server(site, new_context):
    """Opened as a file: no server, no network."""
    name = next(n for n in PAGES if "explorable-still" in (site / f"{n}.html").read_text("utf-8"))
    context = new_context(offline=True)
    page = context.new_page()
    page.goto((site / f"{name}.html").as_uri(), wait_until="load")
    page.wait_for_selector(".widget-subarea .explorable")
    shown = explorables_of(page)[0]
    ends = [shown.last(k) for k in range(len(shown.controls))]
    shown.walk("from a folder", (ends, [[k, "key", end] for k, end in enumerate(ends)]))
