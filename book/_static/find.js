/* From a search result to the match: the boxes around it open, whatever closed them. The search page
   puts the words into its links (?find=...), beside their stems, which its index knows them by. */
(() => {
  "use strict";
  const NOT_TEXT = "script, style, .headerlink, .visually-hidden, .live";

  const open = (element) => {
    for (let box = element.closest("details"); box; box = box.parentElement.closest("details")) {
      box.open = true;
    }
  };

  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

  /* What a box has just shown can be led to when it has been painted. */
  const show = async (element, block = "center") => {
    open(element);
    for (let tries = 0; tries < 10; tries += 1) {
      await painted();
      element.scrollIntoView({ block, behavior: "instant" });
      const { top } = element.getBoundingClientRect();
      if (top >= 0 && top < innerHeight) break;
    }
  };

  /* The texts of an element and what comes after it, in the order of reading. */
  const texts = (article, from) => {
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const place = from ? from.compareDocumentPosition(node) : Node.DOCUMENT_POSITION_FOLLOWING;
      if (place & Node.DOCUMENT_POSITION_FOLLOWING && !node.parentElement.closest(NOT_TEXT)) {
        found.push(node);
      }
    }
    return found;
  };

  const BLOCK = "p, li, dd, dt, pre, td, th, h1, h2, h3, h4, summary, figcaption, .math";
  const has = (text, word) => text.toLowerCase().includes(word);

  /* The first text with one of the words; first of all one whose paragraph has them all. */
  const first = (nodes, words) => {
    const matches = nodes.filter((node) => words.some((word) => has(node.data, word)));
    const whole = (node) => node.parentElement.closest(BLOCK)?.textContent ?? node.data;
    return matches.find((node) => words.every((word) => has(whole(node), word))) ?? matches[0];
  };

  /* The word as it was typed, or else what the index made of it; "happi" stands for "happy". */
  const spelling = (article, word, stem) => {
    const text = article.textContent.toLowerCase();
    return [word, stem, stem.slice(0, -1)].find((form) => form.length > 1 && text.includes(form));
  };

  const mark = (node, words) => {
    const text = node.data.toLowerCase();
    const word = words.find((one) => text.includes(one));
    const range = document.createRange();
    range.setStart(node, text.indexOf(word));
    range.setEnd(node, text.indexOf(word) + word.length);
    const made = Object.assign(document.createElement("span"), { className: "highlighted" });
    made.tabIndex = -1;
    range.surroundContents(made);
    return made;
  };

  const anchor = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));

  const land = async () => {
    const asked = new URLSearchParams(location.search);
    const words = (asked.get("find") ?? asked.get("highlight") ?? "").toLowerCase().split(/\s+/);
    const stems = (asked.get("stems") ?? "").split(/\s+/);
    const article = document.querySelector("article");
    const forms = words.map((word, index) => spelling(article, word, stems[index] ?? word));
    const wanted = forms.filter(Boolean);
    const from = anchor();
    const within = from?.closest("section, dl") ?? article;
    const node =
      wanted.length > 0 && (first(texts(within, from), wanted) ?? first(texts(article), wanted));
    if (!node) {
      if (from) show(from, "start");
      return;
    }
    const formula = node.parentElement.closest("mjx-container");
    const found = formula ?? mark(node, wanted);
    await show(found);
    found.focus({ preventScroll: true });
  };

  /* On the search page: each result's link says what was looked for. */
  const tell = (results) => {
    const query = new URLSearchParams(location.search).get("q") ?? "";
    const words = [...Search._parseQuery(query)[3]];
    const stemmer = new Stemmer();
    const stems = words.map((word) => stemmer.stemWord(word));
    const add = () => {
      localStorage.removeItem("sphinx_highlight_terms"); // for the next page only, whichever it is
      for (const link of results.querySelectorAll("li > a:not([data-told])")) {
        const address = new URL(link.href);
        address.searchParams.set("find", words.join(" "));
        address.searchParams.set("stems", stems.join(" "));
        link.href = address.href;
        link.dataset.told = "";
      }
    };
    new MutationObserver(add).observe(results, { subtree: true, childList: true });
    add();
  };

  const results = document.getElementById("search-results");
  if (results) tell(results);
  else {
    window.addEventListener("load", land);
    window.addEventListener("hashchange", () => anchor() && show(anchor(), "start"));
  }
})();
