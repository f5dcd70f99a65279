/* The buttons that bring a page to life. Nothing else is loaded before a reader presses one. */
(() => {
  "use strict";
  const { lite, static: own } = document.currentScript.dataset;
  const make = (className, text, hidden = false) =>
    Object.assign(document.createElement("button"), { type: "button", className, textContent: text, hidden });

  let page = null;
  const open = async () => {
    if (location.protocol === "file:") {
      const site = new URL(`${lite}../`, document.baseURI);
      const folder = decodeURIComponent(site.pathname).replace(/^\/(?=[A-Za-z]:)/, "");
      throw new Error(
        "A page that is opened as a file may not start Python. Serve the site's folder: in a terminal, " +
          `python3 -m http.server --directory "${folder}" (on Windows py in place of python3). ` +
          `Then open http://localhost:8000/${location.href.slice(site.href.length)}`,
      );
    }
    const address = new URL(`${own}third-party/page/live.js`, document.baseURI).href;
    page ??= import(address).then((live) => live.open({ lite, static: own }));
    page.catch(() => (page = null));
    try {
      return await page;
    } catch {
      throw new Error(
        "live.js did not come. Are you offline, or has the page's server stopped? Try again when you have a connection.",
      );
    }
  };

  window.openLive = open; // for the practice pages

  /* What cannot be is said where the reader has pressed. */
  const press = (button, work) => {
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return;
      let said = button.parentElement.querySelector(".live-said");
      try {
        const live = await open();
        said?.remove(); // what was said of the last press
        said = null;
        await work(live);
      } catch (error) {
        said ??= Object.assign(document.createElement("span"), { className: "live-said" });
        said.setAttribute("role", "status");
        button.parentElement.append(said);
        said.textContent = `${error.message} ${error.advice ?? ""}`;
      }
    });
  };

  for (const cell of document.querySelectorAll("[data-cell]")) {
    const bar = Object.assign(document.createElement("div"), { className: "cell-bar" });
    const checks = cell.closest(".exercise") && /\bcheck\(/.test(cell.textContent);
    const run = make("cell-run", checks ? "Check" : "Run");
    const number = cell.dataset.cell.split("-").pop();
    run.setAttribute("aria-label", `${run.textContent}: cell ${number}`);
    bar.append(run, make("cell-reset", "Reset", true));
    let output = cell.querySelector(".cell_output");
    if (!output) {
      output = Object.assign(document.createElement("div"), { className: "cell_output docutils container" });
      cell.append(output);
    }
    output.classList.add("cell-output");
    const input = cell.querySelector(":scope > details, :scope > .cell_input");
    input.after(bar);
    press(run, (page) => page.run(cell));
  }
  for (const place of document.querySelectorAll(".live")) {
    const button = place.querySelector(".live-start");
    button.hidden = false;
    press(button, (page) => page.explore(place));
  }
  const all = document.querySelector(".live-all");
  if (all) press(all, (page) => page.start());
})();
