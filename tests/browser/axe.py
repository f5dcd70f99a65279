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


def obstacles(page) -> list[str]:
    page.add_script_tag(path=npm.modules() / "axe-core" / "axe.min.js")
    found = page.evaluate(CHECK, RULES)
    assert found["passes"] > 5, "axe has checked nothing"
    return found["faults"]
