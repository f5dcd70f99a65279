/* Boxes that scroll sideways (long equations, wide tables, code) can be reached with the keyboard. */
(() => {
  "use strict";
  const BOXES = {
    Equation: "div.math mjx-container",
    Table: ".pst-scrollable-table-container, .cell_output > .output.text_html",
    Code: ".bd-article pre",
  };

  /* The theme gives a box tabindex="-1" or "0" by its width when it looked last: it has no say here. */
  const mark = (box, name) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    if (scrolls) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `${name}, scrolls sideways`);
      box.dataset.scrolls = name;
    } else if ("scrolls" in box.dataset) {
      for (const attribute of ["tabindex", "role", "aria-label", "data-scrolls"]) {
        box.removeAttribute(attribute);
      }
    }
  };

  const markAll = () => {
    for (const [name, selector] of Object.entries(BOXES)) {
      document.querySelectorAll(selector).forEach((box) => mark(box, name));
    }
  };

  window.addEventListener("load", () => {
    markAll();
    new ResizeObserver(markAll).observe(document.querySelector(".bd-article") ?? document.body);
  });
})();

/* What a reader has done, kept in their own browser: shown in the contents, on the front page and on
   the page "What is kept". Nothing is sent anywhere. */
(() => {
  "use strict";
  const root = new URL("../", document.currentScript.src); // the site's own folder: others may share the host
  const KEY = `backprop:${root.pathname}`;
  const chapter = /(\d\d-[\w-]+)\.html$/.exec(location.pathname)?.[1];

  const read = () => {
    try {
      return { chapters: {}, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
    } catch {
      return { chapters: {} };
    }
  };
  /* Change what is kept; a browser that keeps nothing is no error. */
  const change = (work) => {
    const all = read();
    work(all);
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch {}
    show();
  };
  const changeChapter = (work) =>
    change(({ chapters }) => {
      const title = document.title.split(" \u2014 ")[0].trim();
      const { of } = window.keep;
      const begun = { cells: {}, exercises: {}, questions: {}, ...chapters[chapter], title };
      chapters[chapter] = of ? { ...begun, of } : begun;
      work(chapters[chapter]);
    });

  const count = ({ exercises = {}, questions = {} }) =>
    Object.keys(exercises).length + Object.keys(questions).length;

  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  /* The contents and the map say what is done; the front page, where the reader left off. */
  const show = () => {
    const { chapters, last } = read();
    document.querySelectorAll(".done-part").forEach((one) => one.remove());
    const map = document.querySelector(".continue") ? ", main td a" : ""; // other tables only mention chapters
    for (const link of document.querySelectorAll(`.bd-links a${map}`)) {
      const kept = chapters[/(\d\d-[\w-]+)\.html$/.exec(link.pathname)?.[1]];
      const done = kept && count(kept);
      if (!done) continue;
      const words = done >= kept.of ? "all done" : kept.of ? `${done} of ${kept.of} done` : `${done} done`;
      link.after(make("span", { className: "done-part", textContent: words }));
    }
    const place = document.querySelector(".continue");
    if (!place) return;
    place.hidden = !last;
    if (!last) return;
    const link = make("a", { textContent: last.title, href: new URL(last.page, root) });
    place.replaceChildren("Continue where you left off: ", link, ". ");
    place.append(make("a", { textContent: "What is kept", href: new URL("kept.html", root) }));
  };

  window.keep = { read, change, changeChapter, chapter, count, key: KEY };
  show();
  if (!document.querySelector("[data-cell]")) return;

  // The questions of "Check yourself": answered when the right option has been opened.
  const options = [...document.querySelectorAll("details:is(.quiz-right, .quiz-wrong)")];
  let question = 0;
  for (const option of options) {
    if (!option.previousElementSibling?.matches(".quiz-right, .quiz-wrong")) question += 1;
    if (!option.matches(".quiz-right")) continue;
    const number = question;
    option.addEventListener("toggle", () => {
      if (option.open) changeChapter(({ questions }) => (questions[number] = true));
    });
  }
  const exercises = [...document.querySelectorAll(".exercise")].filter((one) =>
    /\bcheck\(/.test(one.querySelector("[data-cell] .cell_input")?.textContent ?? ""),
  );
  const of = question + exercises.length;
  const { chapters } = read();
  if (chapters[chapter] && chapters[chapter].of !== of) changeChapter((kept) => (kept.of = of));
  window.keep.of = of;
  for (const one of exercises) {
    if (!chapters[chapter]?.exercises?.[one.id]) continue;
    one.dataset.solved = "";
    const mark = make("span", { className: "exercise-mark", textContent: "\u2713 Solved" });
    mark.dataset.state = "solved";
    one.querySelector(".admonition-title").append(mark);
  }
  for (const number of Object.keys(chapters[chapter]?.cells ?? {})) {
    document.querySelector(`[data-cell="${chapter}-${number}"]`)?.setAttribute("data-kept", "");
  }

  // Where the reader is.
  const leave = () => {
    if (document.visibilityState !== "hidden" || scrollY < innerHeight) return;
    const heads = [...document.querySelectorAll("article h1, article h2, article h3")];
    const head = heads.filter((one) => one.getBoundingClientRect().top < innerHeight / 2).pop();
    const id = head?.closest("section[id]")?.id;
    const title = [document.title.split(" \u2014 ")[0].trim()];
    if (head && head !== heads[0]) title.push(head.textContent.replace(/#$/, "").trim());
    const page = location.pathname.slice(root.pathname.length) + (id ? `#${id}` : "");
    change((all) => (all.last = { page, title: title.join(", "), when: Date.now() }));
  };
  document.addEventListener("visibilitychange", leave);
})();
