"""axe-core on an open page: WCAG 2.2, A and AA."""

from cut import PAINTED

from book._tools.third_party import npm

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Before the shade of a box that scrolls, axe tells no colour: it is left out while axe looks. Words of
# code in one box with one class look the same: the first stands for all.
CHECK = """async (rules) => {
  const plain = new CSSStyleSheet();
  plain.replaceSync('article * { background-image: none !important; }');
  document.adoptedStyleSheets.push(plain);
  const kinds = new Map();
  const again = [...document.querySelectorAll('pre span[class]')].filter((e) => {
    if (e.firstElementChild || e.attributes.length > 1) return false;
    const known = kinds.get(e.parentElement) ?? kinds.set(e.parentElement, new Set()).get(e.parentElement);
    return known.has(e.className) || !known.add(e.className);
  });
  for (const e of again) e.dataset.again = '';
  axe.configure({rules: [{id: 'color-contrast', selector: '*:not([data-again])'}]});
  const result = await axe.run({runOnly: rules, resultTypes: ['violations']});
  for (const e of again) delete e.dataset.again;
  document.adoptedStyleSheets.pop();
  return {
    passes: result.passes.length,
    faults: result.violations.flatMap((violation) => violation.nodes.map((node) =>
      `${violation.id}: ${node.html.slice(0, 160)}: ${node.failureSummary.slice(0, 240)}`)),
  };
}"""

AT_REST = """() => document.getAnimations().every((one) =>
  one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"""


def obstacles(page, rules=RULES) -> list[str]:
    """What axe finds on a page at rest. What it finds is looked for once more: a colour that is seen
    halfway between two themes is no obstacle."""
    page.add_script_tag(path=npm.modules() / "axe-core" / "axe.min.js")
    for _ in range(2):
        page.evaluate(PAINTED)  # what follows a new width is done by then
        page.wait_for_function(AT_REST)
        found = page.evaluate(CHECK, rules)
        assert found["passes"] > (5 if rules is RULES else 0), "axe has checked nothing"
        if not found["faults"]:
            break
    return found["faults"]


def in_theme(page, scheme: str):
    """The page once it is light or dark, as the reader's system asks for."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        "(scheme) => document.documentElement.dataset.theme === scheme", arg=scheme
    )
    return page


def obstacles_in_both(page) -> list[str]:
    """What axe finds in the light and in the dark, each with its theme; the page is light again."""
    found = []
    for scheme in ("light", "dark"):
        found += [f"{scheme}: {obstacle}" for obstacle in obstacles(in_theme(page, scheme))]
    in_theme(page, "light")
    return found
