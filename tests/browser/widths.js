/* What of the page's style sheets hangs on the window's width and touches the article.

   `starts`: the widths at which such a rule begins to hold. `now()`: how wide the article's column is,
   and what the rules for what stands in it come to at this width; two windows that differ in the
   column alone have the same. `odd`: columns are as many as fit, or a rule goes by another width. */
() => {
  const article = document.querySelector("article") ?? document.querySelector(".bd-article-container");
  const AROUND = "header, dialog, footer, .bd-header-article, .bd-sidebar > *";
  const BOX = /^(padding|margin|width|max-width|min-width|flex|grid|display|position|height|max-height|top)/;
  const PSEUDO = /::(before|after)/;
  const STATES = /::?(before|after|marker|placeholder|selection|-[\w-]+)|:(hover|focus[\w-]*|active|target)\b/g;
  const LENGTH = /(min-width:)?\s*([\d.]+)(px|r?em)/g;
  const starts = new Set();
  const watched = []; // [element, pseudo-element, properties]
  let odd = false;

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
    const parts = touched(rule.selectorText).filter((e) => !e.closest(AROUND));
    if (!parts.length) return;
    for (const [, least, number, unit] of conditions.join().matchAll(LENGTH)) {
      const at = Number(number) * (unit === "px" ? 1 : 16);
      starts.add(least ? Math.ceil(at) : Math.floor(at) + 1);
    }
    const properties = [...rule.style];
    const box = properties.every((property) => BOX.test(property));
    const within = parts.filter((e) => (e.contains(article) ? !box : article.contains(e)));
    odd ||= strange && within.length > 0;
    const kinds = new Map(within.map((e) => [`${e.tagName} ${e.className} ${e.parentElement?.className}`, e]));
    for (const e of kinds.values()) watched.push([e, rule.selectorText.match(PSEUDO)?.[0], properties]);
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

  const now = () => {
    const { paddingLeft, paddingRight } = getComputedStyle(article);
    const values = watched.map(([e, pseudo, properties]) => {
      const s = getComputedStyle(e, pseudo);
      return properties.map((property) => s.getPropertyValue(property));
    });
    return [article.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight), values.join()];
  };
  return { starts: [...starts], odd, now, watched };
}
