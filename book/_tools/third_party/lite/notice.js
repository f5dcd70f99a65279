/* What the site has to say in JupyterLite: why a page opened as a file stays empty, that a chapter
   was corrected since the reader's copy of it was saved, and where another chapter's equation is. */
(() => {
  "use strict";
  const site = new URL("../", document.currentScript.src); // the folder above lite/
  const path = new URLSearchParams(location.search).get("path");
  const SHIPPED = "shipped"; // the metadata with the hash of the chapter that the copy came from

  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  const pageOf = (notebook) => new URL(notebook.replace(/\.(ipynb|md)$/, ".html"), site).href;

  /* Opened as a file --------------------------------------------------------------------------- */

  const explain = () => {
    const folder = decodeURIComponent(site.pathname)
      .replace(/^\/(?=[A-Za-z]:)/, "")
      .replace(/\/$/, "");
    const windows = /^[A-Za-z]:/.test(folder);
    const served = `http://localhost:8000/${location.href.slice(site.href.length)}`;
    const commands = `cd "${folder}"\n${windows ? "py" : "python3"} -m http.server`;
    const chapter = path ? pageOf(path) : new URL("index.html", site).href;
    document.title = "Python does not start from a file";
    document.head.append(
      element("style", {
        textContent:
          "body{max-width:40rem;margin:12vh auto;padding:0 1rem;font:1.1rem/1.6 system-ui,sans-serif;" +
          "overflow-wrap:anywhere}pre{padding:1rem;white-space:pre-wrap;background:#8882}" +
          ":root{color-scheme:light dark}html body{color:CanvasText;background:Canvas}",
      }),
    );
    document.body.replaceChildren(
      element(
        "main",
        {},
        element("h1", {}, "Python does not start from a file"),
        element(
          "p",
          {},
          "You have opened this page as a file. A browser lets such a page load no program, so " +
            "JupyterLite would stay empty. It starts when the folder of the site is served, which " +
            "needs no internet. With Python on your machine, in a terminal:",
        ),
        element("pre", {}, commands),
        element(
          "p",
          {},
          "Then open ",
          element("a", { href: served }, served),
          ". Ctrl-C in the terminal ends it.",
        ),
        element(
          "p",
          {},
          "The chapters and their sliders work as files: ",
          element("a", { href: chapter }, "back to the chapter"),
          ".",
        ),
      ),
    );
  };

  /* A chapter that was corrected --------------------------------------------------------------- */

  const until = async (condition) => {
    for (;;) {
      const value = condition();
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };

  const notice = (...content) => {
    const bar = element("div", { id: "site-notice" }, ...content);
    bar.setAttribute("role", "region");
    bar.setAttribute("aria-label", "From the course");
    bar.style.cssText =
      "position:fixed;inset:auto 0 0 0;z-index:10000;display:flex;flex-wrap:wrap;gap:.6rem 1rem;" +
      "align-items:center;padding:.8rem 1rem;font:1rem/1.5 system-ui,sans-serif;" +
      "color:#1f2733;background:#fff4d6;border-top:2px solid #b26a00";
    document.body.append(bar);
    return bar;
  };

  const button = (text, work) => {
    const made = element("button", { type: "button", textContent: text, onclick: work });
    made.style.cssText = "min-height:2.75rem;padding:.25rem .9rem;font:inherit;cursor:pointer";
    return made;
  };

  const KEPT = `kept:${path}`;

  const freeName = async (contents) => {
    for (let count = 1; ; count += 1) {
      const name = path.replace(/\.ipynb$/, ` (my copy${count > 1 ? ` ${count}` : ""}).ipynb`);
      if (await contents.get(name, { content: false }).then((found) => !found, () => true)) return name;
    }
  };

  const compare = async () => {
    const answer = await fetch(new URL(`lite/files/${path}`, site), { cache: "no-cache" });
    if (!answer.ok) return; // a notebook of the reader's own
    const now = (await answer.json()).metadata[SHIPPED];
    const context = await until(() => {
      const open = window.jupyterapp?.shell?.currentWidget?.context;
      return open?.path === path && open.isReady && open;
    });
    if (context.model.getMetadata(SHIPPED) === now) return;
    const { contents } = window.jupyterapp.serviceManager;

    const takeNew = async () => {
      if (context.model.dirty) await context.save();
      const name = await freeName(contents);
      const mine = await contents.get(path, { content: true });
      await contents.save(name, { type: "notebook", format: "json", content: mine.content });
      await contents.delete(path); // what is left is the chapter that the site has
      sessionStorage.setItem(KEPT, name);
      location.reload();
    };
    const keepMine = async () => {
      bar.remove();
      context.model.setMetadata(SHIPPED, now);
      await context.save();
    };
    const bar = notice(
      element(
        "span",
        {},
        "This chapter has been corrected since you saved your copy, which you see here.",
      ),
      button("Show the corrected chapter, keep mine beside it", takeNew),
      button("Go on with mine", keepMine),
    );
  };

  const tellWhatWasKept = () => {
    const name = sessionStorage.getItem(KEPT);
    if (!name) return;
    sessionStorage.removeItem(KEPT);
    const own = new URL(location.href);
    own.searchParams.set("path", name);
    const link = element("a", { href: own.href, target: "_blank" }, name.split("/").pop());
    const bar = notice(
      element("span", {}, "This is the corrected chapter. Yours is kept as ", link, "."),
      button("Close", () => bar.remove()),
    );
  };

  /* An equation of another chapter, a page that is no notebook: they are on the site ------------- */

  const lead = (event) => {
    const link = event.target.closest?.("a[href]");
    const found = link && /([\w-]+)\.(ipynb|md)(#equation-[\w-]+)?$/.exec(decodeURI(link.href));
    if (!found || (found[2] === "ipynb" && !found[3])) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    window.open(`${pageOf(`book/${found[1]}.${found[2]}`)}${found[3] ?? ""}`, "_blank");
  };

  if (location.protocol === "file:") document.addEventListener("DOMContentLoaded", explain);
  else {
    document.addEventListener("click", lead, true);
    if (path?.endsWith(".ipynb")) {
      compare();
      document.addEventListener("DOMContentLoaded", tellWhatWasKept);
    }
  }
})();
