// Set TeX as HTML with MathJax: JSON on standard input, JSON on standard output.
//   in:  {"mathjax": folder, "fonts": address of the fonts, "formulas": [[tex, display], ...]}
//   out: {"html": [...], "css": the rules that these formulas need}
const { readFileSync } = require("fs");
const { join } = require("path");

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
    const adaptor = MathJax.startup.adaptor;
    const html = formulas.map(([tex, display]) =>
      adaptor.outerHTML(MathJax.tex2chtml(tex, { display })),
    );
    const css = adaptor.textContent(MathJax.chtmlStylesheet());
    process.stdout.write(JSON.stringify({ html, css }));
  })
  .catch((error) => {
    process.stderr.write(String(error?.message ?? error));
    process.exit(1);
  });
