// Set TeX as HTML with MathJax: JSON on standard input, JSON on standard output. A long inline formula
// comes in pieces, between which a line may end; a displayed one says how wide it is, for site.css.
//   in:  {"mathjax": folder, "fonts": address of the fonts, "formulas": [[tex, display], ...]}
//   out: {"html": [...], "css": the rules that these formulas need}
const { readFileSync } = require("fs");
const { join } = require("path");

const SHORT = 6; // em: what is shorter fits everywhere, whole
const MANY = 40; // signs: what has more is very long

const { mathjax, fonts, formulas } = JSON.parse(readFileSync(0, "utf8"));

// MathJax itself reports on a file without a version number: standard output is for the result.
console.log = console.info = console.warn = () => {};

require(join(mathjax, "node-main.js"))
  .init({
    loader: { load: ["input/tex-full", "output/chtml", "a11y/assistive-mml", "adaptors/liteDOM"] },
    tex: { packages: ["base", "ams", "newcommand", "noundefined", "boldsymbol", "mathtools", "textmacros", "color"] },
    chtml: { adaptiveCSS: true, fontURL: fonts },
  })
  .then((MathJax) => {
    const { adaptor, output } = MathJax.startup;
    let width; // of the formula that is being set, in em
    output.processMath = (math, node) => {
      const formula = output.factory.wrap(math);
      formula.toCHTML(node);
      width = formula.getOuterBBox().w;
    };

    /* A line may end after a relation, and after a sign between two terms, which in a formula that is
       not very long no bracket holds:
       in front of what has the space of one and follows it. */
    const cut = (math) => {
      const space = (node) => Number(adaptor.getAttribute(node, "space") ?? 0);
      const long = adaptor.tags(math, "mjx-c").length > MANY;
      const pieces = [];
      let depth = 0;
      adaptor.childNodes(math).forEach((node, index, nodes) => {
        const after = nodes[index - 1];
        const sign = after && adaptor.kind(after) === "mjx-mo" && Math.min(space(after), space(node));
        if (index === 0 || sign > 3 || (sign === 3 && (long || depth === 0))) pieces.push([]);
        pieces.at(-1).push(node);
        const name = adaptor.getAttribute(adaptor.firstChild(node), "class") ?? "";
        depth += /c(28|5B|7B)\b/.test(name) - /c(29|5D|7D)\b/.test(name);
      });
      let before;
      for (const nodes of pieces) {
        const piece = adaptor.node("mjx-piece");
        adaptor.replace(piece, nodes[0]);
        for (const node of nodes) adaptor.append(piece, node);
        if (before) {
          adaptor.setAttribute(before, "rspace", space(nodes[0])); // a line does not begin with a space
          adaptor.removeAttribute(nodes[0], "space");
        }
        before = piece;
      }
    };

    const set = (tex, display) => {
      const container = MathJax.tex2chtml(tex, { display });
      if (width > SHORT && display) adaptor.setStyle(container, "--em", width.toFixed(2));
      else if (width > SHORT) cut(adaptor.firstChild(container));
      return adaptor.outerHTML(container);
    };

    const html = formulas.map(([tex, display]) => set(tex, display));
    const css = adaptor.textContent(MathJax.chtmlStylesheet());
    process.stdout.write(JSON.stringify({ html, css }));
  })
  .catch((error) => {
    process.stderr.write(String(error?.message ?? error));
    process.exit(1);
  });
