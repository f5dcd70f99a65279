/* What of the page's style sheets hangs on the window's width and touches the article.

   `starts`: the widths at which such a rule begins to hold. `now()`: how wide the article's column is,
   and for each block in it a number for what the rules for what stands there come to at this width; two
   windows that differ in the column alone have the same. In some blocks columns are as many as fit, or a
   rule goes by another width: their number is another at every width. `show(some)`: only these blocks
   are seen; `show()`: all. */
() => {
  const article = document.querySelector("article") ?? document.querySelector(".bd-article-container");
  const AROUND = "header, dialog, footer, .bd-header-article, .bd-sidebar > *";
  const BOX = /^(padding|margin|width|max-width|min-width|flex|grid|display|position|height|max-height|top)/;
  const PSEUDO = /::(before|after)/;
  const STATES = /::?(before|after|marker|placeholder|selection|-[\w-]+)|:(hover|focus[\w-]*|active|target)\b/g;
  const LENGTH = /(min-width:)?\s*([\d.]+)(px|r?em)/g;
  const starts = new Set();
  const parts = (e) => [...e.children].flatMap((part) => (part.matches("section") ? parts(part) : [part]));
  const blocks = parts(article);
  const watched = new Map(blocks.map((block) => [block, []])); // [element, pseudo-element, properties]
  const around = []; // the same, of what holds all blocks
  const odd = new Set();

  /* The block in which it stands; none where it holds several. */
  const blockOf = (e) => (!e || watched.has(e) ? e : blockOf(e.parentElement));

  const touched = (selector) => {
    try {
      return [...document.querySelectorAll(selector.replace(STATES, "") || "*")];
    } catch {
      return [article]; // not understood: it counts
    }
  };

  const one = (rule, conditions, container) => {
    const { columnCount, columnWidth, gridTemplateColumns } = rule.style;
    const strange = container || columnCount || columnWidth || gridTemplateColumns.includes("auto-fi");
    if (!strange && !conditions.length) return;
    const found = touched(rule.selectorText).filter((e) => !e.closest(AROUND));
    if (!found.length) return;
    for (const [, least, number, unit] of conditions.join().matchAll(LENGTH)) {
      const at = Number(number) * (unit === "px" ? 1 : 16);
      starts.add(least ? Math.ceil(at) : Math.floor(at) + 1);
    }
    const properties = [...rule.style];
    const box = properties.every((property) => BOX.test(property));
    const within = found.filter((e) => (e.contains(article) ? !box : article.contains(e)));
    const pseudo = rule.selectorText.match(PSEUDO)?.[0];
    const known = new Map();
    for (const e of within) {
      const block = blockOf(e);
      if (strange) for (const one of block ? [block] : blocks) odd.add(one);
      const kinds = known.get(block) ?? known.set(block, new Set()).get(block);
      const kind = `${e.tagName} ${e.className} ${e.parentElement?.className}`;
      if (!kinds.has(kind)) (watched.get(block) ?? around).push([e, pseudo, properties]);
      kinds.add(kind);
    }
  };
  const look = (rules, conditions, container) => {
    for (const rule of rules) {
      if (rule instanceof CSSStyleRule) one(rule, conditions, container);
      else if (rule instanceof CSSImportRule) look(rule.styleSheet?.cssRules ?? [], conditions, container);
      else if (rule instanceof CSSContainerRule) look(rule.cssRules, conditions, true);
      else if (rule instanceof CSSMediaRule && rule.media.mediaText.includes("width"))
        look(rule.cssRules, [...conditions, rule.media.mediaText], container);
      else if (rule.cssRules) look(rule.cssRules, conditions, container);
    }
  };
  for (const sheet of document.styleSheets) look(sheet.cssRules, [], false);

  const values = (some) =>
    some.map(([e, pseudo, properties]) => {
      const s = getComputedStyle(e, pseudo);
      return properties.map((property) => s.getPropertyValue(property));
    });
  const numbers = new Map();
  const number = (key) => numbers.get(key) ?? numbers.set(key, numbers.size).get(key);

  const now = () => {
    const { paddingLeft, paddingRight } = getComputedStyle(article);
    const common = number(`${values(around)}`);
    const rules = blocks.map((block) =>
      number(`${common} ${values(watched.get(block))} ${odd.has(block) ? innerWidth : ""}`),
    );
    return [article.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight), rules];
  };

  const show = (some) =>
    blocks.forEach((block, k) => block.toggleAttribute("data-apart", some && !some.includes(k)));
  return { starts: [...starts], now, show };
}
