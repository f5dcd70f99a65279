/* Boxes that scroll sideways (long equations, wide tables, code) can be reached with the keyboard. */
(() => {
  "use strict";
  const BOXES = {
    Equation: "div.math mjx-container",
    Table: ".pst-scrollable-table-container, .cell_output > .output.text_html",
    Code: ".bd-article pre",
  };

  const mark = (box, name) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    if (scrolls && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `${name}, scrolls sideways`);
      box.dataset.scrolls = name;
    } else if (!scrolls && "scrolls" in box.dataset) {
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
