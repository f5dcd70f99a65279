/* Markdown and LaTeX that a cell shows; MathJax comes from the site when there is mathematics. */
import MarkdownIt from "markdown-it";

let mathjax = null;

const loadMathJax = () =>
  (mathjax ??= new Promise((resolve, reject) => {
    window.MathJax = {
      ...window.MathJax,
      startup: { typeset: false },
      options: { enableMenu: false },
    };
    const script = document.createElement("script");
    script.src = new URL("../mathjax/tex-svg-full.js", import.meta.url).href;
    script.onload = async () => {
      await window.MathJax.startup.promise;
      window.MathJax.Hub ??= { Queue() {} }; // the widgets' labels ask for a MathJax of old
      resolve(window.MathJax);
    };
    script.onerror = () => reject(new Error("MathJax did not load"));
    document.head.append(script);
  }));

const DELIMITED = /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\$([^$\n]+?)\$|\\\(([\s\S]+?)\\\)/g;

const set = async (tex, display) => {
  const MathJax = await loadMathJax();
  return MathJax.tex2svgPromise(tex.trim(), { display });
};

export const latex = async (place, text) => {
  const found = [...text.matchAll(DELIMITED)];
  if (found.length === 0) {
    place.append(await set(text, true));
    return place;
  }
  let position = 0;
  for (const match of found) {
    place.append(text.slice(position, match.index));
    const [, block, bracket, inline, paren] = match;
    place.append(await set(block ?? bracket ?? inline ?? paren, Boolean(block ?? bracket)));
    position = match.index + match[0].length;
  }
  place.append(text.slice(position));
  return place;
};

/* Formulas are taken out before Markdown is read, and put back set. */
export const markdown = async (place, text) => {
  const formulas = [];
  const without = text.replace(DELIMITED, (whole, block, bracket, inline, paren) => {
    formulas.push([block ?? bracket ?? inline ?? paren, Boolean(block ?? bracket)]);
    return `\u0001${formulas.length - 1}\u0002`;
  });
  const rendered = new MarkdownIt({ html: false, linkify: false }).render(without);
  place.innerHTML = rendered.replace(/\u0001(\d+)\u0002/g, '<span data-formula="$1"></span>');
  for (const span of place.querySelectorAll("[data-formula]")) {
    span.replaceWith(await set(...formulas[span.dataset.formula]));
  }
  return place;
};
