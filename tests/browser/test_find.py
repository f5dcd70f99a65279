"""From the search, from a link, from the browser's own search: to the place, its closed box opened.

The words are looked for in the built pages: for each closed box one that is nowhere before it.
"""

from __future__ import annotations

import copy
import functools
import re

import pytest
from bs4 import BeautifulSoup

from conftest import toc_pages

PAGES = toc_pages()
WORD = re.compile(r"[a-z]{6,}")
# Where the first thing that is highlighted stands, and what closes it still.
PLACE = """() => {
  const found = document.querySelector('article .highlighted');
  if (!found) return null;
  const { top, bottom, width } = found.getBoundingClientRect();
  return { words: found.textContent.toLowerCase(), top, bottom, width, height: innerHeight,
           closed: found.closest('details:not([open])') !== null };
}"""


def open_result(page, base, query: str, name: str | None = None):
    """Search for `query` and follow the result on the page `name`, or else the first one."""
    page.goto(f"{base}search.html?q={query}")
    page.wait_for_function(
        "document.querySelector('.search-summary')?.textContent.match(/found|finished|\\\\d/)"
    )
    links = page.locator("#search-results li > a")
    if name:
        links = page.locator(f"#search-results li > a[href*='{name}.html?']")
    links.first.wait_for()
    links.first.click()
    page.wait_for_function("document.activeElement?.matches('article .highlighted')")
    return page.evaluate(PLACE)


def assert_seen(place: dict, word: str) -> None:
    assert place and word in place["words"], place
    assert not place["closed"] and place["width"] > 0, place
    assert place["top"] >= 0 and place["bottom"] <= place["height"], place


KINDS = {
    "solution": "details.solution",
    "quiz": "details.quiz-right, details.quiz-wrong",
    "code": "details.hide",
    "note": "details.admonition:not(.solution)",
    "dropdown": "details.sd-dropdown:not(.quiz-right):not(.quiz-wrong)",
}


@pytest.fixture(scope="module")
def parsed(site):
    """parsed(name) -> the built page's HTML, read once."""
    return functools.cache(
        lambda name: BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
    )


@pytest.fixture(scope="module")
def closed(parsed) -> dict[str, tuple[str, str]]:
    """{kind of box: (page, word)}: a word that no text of the page has before the box."""
    found = {}
    for name in PAGES:
        article = parsed(name).find("article")
        for kind in KINDS.keys() - found.keys():
            for box in article.select(KINDS[kind]):
                if box.find_parent("details") or kind in found:
                    continue
                before = " ".join(box.find_all_previous(string=True)).lower()
                box = copy.copy(box)
                for part in box.select("script, style, mjx-container, .headerlink"):
                    part.decompose()
                title = box.summary.extract().get_text().lower()
                for word in WORD.findall(box.get_text().lower()):
                    if word not in before and word not in title:
                        found[kind] = (name, word)
                        break
        if len(found) == len(KINDS):
            break
    return found


@pytest.mark.parametrize("word", ["polyfit", "unsure", "scatters", "softplus"])
def test_a_result_leads_to_the_match(new_page, base, word):
    page = new_page()
    assert_seen(open_result(page, base, word), word.removesuffix("s"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_box_of_each_kind_opens_for_a_match(new_page, base, closed, kind):
    name, word = closed[kind]
    page = new_page()
    page.goto(f"{base}{name}.html?find={word}")
    page.wait_for_function("document.activeElement?.matches('article .highlighted')")
    assert_seen(page.evaluate(PLACE), word)


def test_every_result_of_a_search_is_told_what_was_looked_for(new_page, base):
    page = new_page()
    page.goto(f"{base}search.html?q=vanishing gradients")
    page.wait_for_function("document.querySelectorAll('#search-results li > a').length > 5")
    page.wait_for_function(
        "[...document.querySelectorAll('#search-results li > a')].every((a) => a.dataset.told === '')"
    )
    links = page.locator("#search-results li > a").evaluate_all("all => all.map((a) => a.search)")
    assert set(links) == {"?find=vanishing+gradients&stems=vanish+gradient"}
    assert page.evaluate("localStorage.length && localStorage.sphinx_highlight_terms") in (0, None)


def test_a_word_in_another_form_is_found(new_page, base):
    page = new_page()
    page.goto(f"{base}{PAGES[1]}.html?find=activationless&stems=activ")
    page.wait_for_function("document.activeElement?.matches('article .highlighted')")
    assert_seen(page.evaluate(PLACE), "activ")


def test_the_search_works_from_a_folder(new_context, site):
    page = new_context().new_page()
    assert_seen(open_result(page, f"{site.as_uri()}/", "unsure"), "unsure")


def test_a_link_into_a_closed_box_opens_it(new_page, base, parsed):
    for name in PAGES:
        inside = parsed(name).select_one("details.solution [id]:not(summary *)")
        if inside:
            break
    page = new_page()
    page.goto(f"{base}{name}.html#{inside['id']}")
    page.wait_for_function(
        "id => document.getElementById(id).closest('details').open", arg=inside["id"]
    )
    page.goto(f"{base}{name}.html")
    page.evaluate("id => { location.hash = id; }", inside["id"])
    page.wait_for_function(
        "id => document.getElementById(id).closest('details').open", arg=inside["id"]
    )


def test_boxes_are_such_that_the_browsers_own_search_opens_them(parsed):
    """It opens <details>, and finds nothing in what a style sheet has hidden."""
    for name in PAGES:
        soup = parsed(name)
        assert not soup.select("article :is(div.dropdown, .toggle, .toggle-hidden)"), name
        for box in soup.select("article details"):
            assert box.find(recursive=False).name == "summary", name
