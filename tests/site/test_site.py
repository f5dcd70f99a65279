"""The built site as files: complete, every link good, nothing from another host.

Building it, warnings as errors, is part of the `site` fixture.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from PIL import Image

from book._tools.toc import pages as toc_pages
from conftest import ROOT

PAGES = toc_pages()
LOADING = {  # element: attributes by which it loads something
    "script": ["src"],
    "link": ["href"],
    "img": ["src", "srcset"],
    "iframe": ["src"],
    "source": ["src", "srcset"],
    "video": ["src", "poster"],
    "audio": ["src"],
    "object": ["data"],
    "embed": ["src"],
    "form": ["action"],
}
FOREIGN = re.compile(r"""(?:https?:)?//(?!127\.0\.0\.1|localhost)[\w-]+\.[\w./-]+""", re.I)
NAMESPACES = ("http://www.w3.org/", "https://www.w3.org/")


@functools.cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@functools.cache
def anchors(path: Path) -> frozenset[str]:
    page = soup(path)
    return frozenset(
        [element["id"] for element in page.find_all(id=True)]
        + [element["name"] for element in page.find_all("a", attrs={"name": True})]
    )


def html_files(site: Path) -> list[Path]:
    """All pages, the search page and the index among them, without the theme's own templates.

    What lies in lite/ is JupyterLite: tests/browser/test_live.py opens it.
    """
    paths = sorted(site.rglob("*.html"))
    return [p for p in paths if not {"_static", "lite"} & set(p.relative_to(site).parts)]


def broken(site: Path, page: Path, link: str) -> str | None:
    """What is wrong with a link within the site, or None."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or link.startswith(("data:", "javascript:")):
        return None
    target = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return f"{page.name}: {link}: no such file"
    if not target.is_relative_to(site.resolve()):
        return f"{page.name}: {link}: outside of the site"
    fragment = unquote(parts.fragment)
    if fragment and target.suffix == ".html" and fragment not in anchors(target):
        return f"{page.name}: {link}: no such place on the page"
    return None


@pytest.mark.parametrize("page", PAGES)
def test_page_is_there(site, page):
    article = soup(site / f"{page}.html").find("article")
    assert article and article.find("h1"), f"{page}.html has no article with a title"
    assert len(article.get_text()) > 200, f"{page}.html is all but empty"


def test_the_front_door_leads_to_the_first_page(site):
    refresh = soup(site / "index.html").find("meta", attrs={"http-equiv": "Refresh"})
    assert refresh["content"].endswith(f"{PAGES[0]}.html")


def test_internal_links_resolve(site):
    links = [
        (page, element[attribute])
        for page in html_files(site)
        for attribute in ("href", "src")
        for element in soup(page).find_all(attrs={attribute: True})
        if element.name != "base"
    ]
    assert len(links) > 100
    faults = [fault for page, link in links if (fault := broken(site, page, link))]
    assert not faults, "\n".join(faults)


def test_a_broken_link_would_be_found(site):
    page = site / f"{PAGES[0]}.html"
    assert broken(site, page, "no-such-page.html")
    assert broken(site, page, "#no-such-place")
    assert broken(site, page, "../../../elsewhere")
    assert broken(site, page, f"{page.name}#main-content") is None


@pytest.mark.parametrize("page", PAGES)
def test_references_resolved(site, page):
    article = soup(site / f"{page}.html").find("article")
    text = article.get_text()
    for unresolved in ("???", "{eq}", "{ref}", "{numref}", "{doc}", "Equation ()", "(None)"):
        assert unresolved not in text, f"{page}: {unresolved!r} in the text"
    assert not article.select(".problematic, .system-message"), f"{page}: reference not resolved"
    for link in article.select("a.reference.internal[href^='#equation-']"):
        assert re.search(r"\(\d+(\.\d+)?\)", link.get_text()), f"{page}: {link}"


def test_equations_are_numbered_by_chapter(site):
    pages = [page for page in PAGES if re.match(r"\d+\.", title(site, page))]
    assert pages, "no chapter has a number"
    for page in pages:
        chapter = title(site, page).partition(".")[0]
        numbers = [
            tag.get_text().strip("()#") for tag in soup(site / f"{page}.html").select(".eqno")
        ]
        assert numbers == [f"{chapter}.{count}" for count in range(1, len(numbers) + 1)], page


def title(site: Path, page: str) -> str:
    return soup(site / f"{page}.html").find("article").find("h1").get_text().strip()


def test_nothing_is_loaded_from_another_host(site):
    faults = []
    for page in html_files(site):
        for name, attributes in LOADING.items():
            for element in soup(page).find_all(name):
                if "canonical" in element.get("rel", []):
                    continue  # a name, which nothing is loaded from
                for attribute in attributes:
                    value = element.get(attribute) or ""
                    if re.match(r"(?:https?:)?//", value):
                        faults.append(f"{page.name}: <{name} {attribute}={value!r}>")
        for element in soup(page).find_all(["script", "style"], src=False):
            if "json" in element.get("type", ""):
                continue
            for url in FOREIGN.findall(element.get_text()):
                if not url.startswith(NAMESPACES):
                    faults.append(f"{page.name}: {url} in a {element.name}")
    assert not faults, "\n".join(faults)


def test_style_sheets_load_nothing_from_another_host(site):
    sheets = list(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
        loads = re.findall(r"(?:url\(|@import\s+)\s*['\"]?((?:https?:)?//[^)'\"]+)", text)
        assert not loads, f"{sheet.name}: {loads}"


@pytest.mark.parametrize("page", PAGES)
def test_no_error_and_no_warning_on_the_page(site, page):
    article = soup(site / f"{page}.html").find("article")
    assert not article.select(".output.stderr"), f"{page}: stderr"
    for trace in article.select(".output.traceback"):
        cell = trace.find_parent(class_="cell")
        assert "tag_raises-exception" in cell["class"], f"{page}: {trace.get_text()[-200:]}"


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_has_a_text(site, page):
    for picture in soup(site / f"{page}.html").find("article").find_all("img"):
        alt = picture.get("alt", "")
        layers = picture.find_parent(class_="explorable-layers")
        if alt == "" and layers:  # one of the layers of a picture speaks for all of them
            alt = max((layer.get("alt", "") for layer in layers.find_all("img")), key=len)
        assert len(alt) >= 20 and not alt.startswith("../"), f"{page}: {picture['src']}: {alt!r}"


def site_address() -> str:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return config["html"]["baseurl"]


@pytest.mark.parametrize("page", PAGES)
def test_mathematics_is_there_before_any_script(site, page):
    document = soup(site / f"{page}.html")
    for formula in document.select(".math"):
        made = formula.find("mjx-container")
        assert made and made.find("mjx-assistive-mml"), f"{page}: {formula.get_text()[:80]}"
        assert "\\(" not in formula.get_text() and "\\[" not in formula.get_text()
    assert not document.find("mjx-merror")
    sources = [script.get("src", "") for script in document.find_all("script")]
    assert not [source for source in sources if "mathjax" in source.lower()]


def test_the_style_sheet_has_every_sign_of_the_mathematics(site):
    css = (site / "_static" / "mathematics.css").read_text(encoding="utf-8")
    signs = {
        name
        for page in PAGES
        for sign in soup(site / f"{page}.html").select("mjx-c")
        for name in sign.get("class", [])
        if name.startswith("mjx-c")
    }
    assert len(signs) > 50
    absent = [name for name in sorted(signs) if f".{name}" not in css]
    assert not absent


@pytest.mark.parametrize("page", PAGES)
def test_pictures_keep_their_place_free(site, page):
    for picture in soup(site / f"{page}.html").select("article img[src*='_images/']"):
        path = site / "book" / picture["src"]
        assert path.suffix == ".webp"
        with Image.open(path) as opened:
            size = [str(round(length * 115 / 200)) for length in opened.size]
        assert [picture["width"], picture["height"]] == size


@pytest.mark.parametrize("page", PAGES)
def test_scripts_wait_for_the_text(site, page):
    for script in soup(site / f"{page}.html").head.find_all("script", src=True):
        waits = script.has_attr("defer") or script.has_attr("async")
        assert waits or "documentation_options" in script["src"], script


def test_icons_are_cut_to_those_in_use(site):
    static = site / "_static"
    for page in PAGES:
        document = soup(site / f"{page}.html")
        assert not document.select("i[class*='fa-'], span[class*='fa-']"), page
        assert len(document.select("svg.svg-inline--fa path")) > 5, page
    css = (static / "styles/pydata-sphinx-theme.css").read_text(encoding="utf-8")
    assert "Font Awesome 6 Free" not in css and "Site Icons Free" in css
    assert "--fa-font" not in css and "--site-icons-solid" in css
    assert not (static / "scripts/fontawesome.js").exists()
    for font in (static / "vendor/fontawesome/webfonts").iterdir():
        assert font.suffix == ".woff" and font.stat().st_size < 10_000
    assert not list(static.rglob("*.map"))


@pytest.mark.parametrize("page", PAGES)
def test_a_link_to_the_page_has_a_preview(site, page):
    head = soup(site / f"{page}.html").head
    tags = {
        tag.get("property") or tag.get("name"): tag["content"]
        for tag in head.find_all("meta", content=True)
    }
    assert tags["og:url"] == f"{site_address()}{page}.html"
    assert tags["og:title"] and tags["og:title"] in title(site, page)
    assert 40 <= len(tags["og:description"]) <= 210 and "\\" not in tags["og:description"]
    assert tags["og:image"].startswith(site_address())
    with Image.open(site / tags["og:image"].removeprefix(site_address())) as picture:
        assert [str(length) for length in picture.size] == [
            tags["og:image:width"],
            tags["og:image:height"],
        ]
    assert head.find("link", rel="canonical")["href"] == tags["og:url"]
    assert {icon["href"].rpartition(".")[2] for icon in head.find_all("link", rel="icon")} == {
        "png",
        "svg",
    }


def test_the_site_map_names_every_page(site):
    text = (site / "sitemap.xml").read_text(encoding="utf-8")
    places = re.findall(r"<loc>(.*?)</loc>", text)
    assert sorted(places) == sorted(f"{site_address()}{page}.html" for page in PAGES)


def test_a_wrong_address_has_a_page(site):
    page = soup(site / "404.html")
    links = [link["href"] for link in page.find("article").find_all("a")]
    assert f"{PAGES[0]}.html" in links and "search.html" in links


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_page_says_how_long_it_takes(site, page):
    note = soup(site / f"{page}.html").select_one("article .time-to-read")
    assert 1 <= int(note.get_text().split()[0]) <= 120
    links = [link["href"] for link in note.find_all("a")]
    assert links == ["90-notation.html"] * (ROOT / f"{page}.ipynb").exists()


@pytest.mark.parametrize("number", range(len(PAGES)))
def test_pages_lead_to_their_neighbours(site, number):
    area = soup(site / f"{PAGES[number]}.html").select_one(".prev-next-area")
    names = [link["href"].partition(".")[0] for link in area.find_all("a")]
    neighbours = PAGES[max(number - 1, 0) : number] + PAGES[number + 1 : number + 2]
    assert names == [name.partition("/")[2] for name in neighbours]


def test_third_party_files_carry_their_licence(site):
    folders = [path for path in (site / "_static" / "third-party").iterdir() if path.is_dir()]
    assert {"mathjax", "widgets"} <= {folder.name for folder in folders}
    for folder in folders:
        assert (folder / "LICENSE").stat().st_size > 500


def test_widget_code_is_on_pages_with_widgets_only(site):
    with_widgets = []
    for name in PAGES:
        page = soup(site / f"{name}.html")
        state = page.find("script", type="application/vnd.jupyter.widget-state+json")
        loader = page.find("script", src=re.compile(r"widgets\.js"))
        assert (state is None) == (loader is None), name
        if state:
            with_widgets.append(name)
            assert state.find_parent("head") is None, f"{name}: the state comes before the text"
            assert state.find_previous("h1"), f"{name}: the state comes before the text"
    assert with_widgets, "no page has a widget"
