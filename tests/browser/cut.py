"""What of a page is cut off, at any width, on the screen and on paper: by geometry (cut.js).

Around the article every width is tried. In it the narrowest column is the worst of all windows in
which the same rules hold for what stands there: what is wider than it, or too high for its box, is
so there first. So each block is tried at the narrowest column of each set of its rules (widths.js), and
at every width where its columns may be as many as fit; the other blocks are put away meanwhile.
"""

from __future__ import annotations

from pathlib import Path

WIDTHS = (280, 320, 360, 390, 480, 600, 768, 992, 1024, 1280, 1440, 1920)
CUT, RULES = (
    Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("cut.js", "widths.js")
)
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
OPEN = """() => {
  document.querySelectorAll('details').forEach((e) => { e.open = true; });
  document.querySelectorAll('img').forEach((e) => { e.loading = 'eager'; });
}"""
HIDE = "article > * { display: none !important; }"
APART = "[data-apart] { display: none !important; }"


def open_boxes(page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(OPEN)
    page.wait_for_load_state("networkidle")


def cut(page, width: int) -> dict[str, None]:
    """What is cut off at a width, each thing once."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(PAINTED)
    found = page.evaluate(CUT)
    assert found["seen"] > 0, "nothing was looked at"
    return faults_at(width, found)


def faults_at(width: int, found: dict) -> dict[str, None]:
    return dict.fromkeys(f"{width} px: {fault}" for fault in found["faults"])


def cut_anywhere(page, *medias: str) -> dict[str, None]:
    """What is cut off at any width; medias: screen, print."""
    rules, faults = page.evaluate_handle(RULES), {}
    widths = sorted(
        {*WIDTHS, *(at for at in page.evaluate("r => r.starts", rules) if at > WIDTHS[0])}
    )
    page.add_style_tag(content=APART)
    for media in medias:
        page.emulate_media(media=media)
        narrowest: dict[tuple[int, int], tuple[float, int]] = {}
        found: dict[str, None] = {}
        hidden = page.add_style_tag(content=HIDE)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            column, kinds = page.evaluate("rules => rules.now()", rules)
            for block in enumerate(kinds):
                narrowest[block] = min(narrowest.get(block, (column, width)), (column, width))
            found |= faults_at(width, page.evaluate(CUT))
        hidden.evaluate("e => e.remove()")
        for width in sorted({width for _, width in narrowest.values()}):
            blocks = [block for (block, _), (_, at) in narrowest.items() if at == width]
            page.evaluate("([rules, blocks]) => rules.show(blocks)", [rules, blocks])
            found |= cut(page, width)
        faults |= {f"{media}, {fault}": None for fault in found}
        page.evaluate("rules => rules.show()", rules)
    page.emulate_media(media="screen")
    return faults
