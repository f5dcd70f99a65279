"""axe-core on an open page: WCAG 2.2, A and AA."""

from book._tools.third_party import npm

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHECK = """async (rules) => {
  const result = await axe.run(document, {runOnly: {type: 'tag', values: rules}});
  return {
    passes: result.passes.length,
    faults: result.violations.flatMap((violation) => violation.nodes.map((node) =>
      `${violation.id}: ${node.html.slice(0, 160)}: ${node.failureSummary.slice(0, 240)}`)),
  };
}"""


AT_REST = """() => document.getAnimations().every((one) =>
  one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"""


def obstacles(page) -> list[str]:
    """What axe finds on a page at rest. What it finds is looked for once more: a colour that is seen
    halfway between two themes is no obstacle."""
    page.add_script_tag(path=npm.modules() / "axe-core" / "axe.min.js")
    for _ in range(2):
        page.wait_for_function(AT_REST)
        found = page.evaluate(CHECK, RULES)
        assert found["passes"] > 5, "axe has checked nothing"
        if not found["faults"]:
            break
    return found["faults"]
