/* Load the code of the widgets on the pages that have some, after everything else. */
(() => {
  "use strict";
  const folder = document.currentScript.dataset.widgets;

  const load = (element) =>
    new Promise((resolve, reject) => {
      element.onload = resolve;
      element.onerror = () => reject(new Error(`${element.src ?? element.href} did not load`));
      document.body.append(element);
    });

  const loadAll = () => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet" });
    style.href = `${folder}manager.css`;
    const script = document.createElement("script");
    script.src = `${folder}manager.js`;
    return Promise.all([load(style), load(script)]);
  };

  /* Where a widget comes to stand: in the place of its still. */
  const place = (script) => {
    const area = document.createElement("div");
    area.className = "widget-subarea";
    const still = script.previousElementSibling;
    if (!still?.classList.contains("explorable-still")) {
      script.before(area);
      return area;
    }
    area.style.cssText = still.style.cssText;
    still.replaceWith(area);
    return area;
  };

  /* A slider's handle says what it moves and the value that the reader sees, not its position. */
  const nameHandle = (handle) => {
    const row = handle.closest(".widget-inline-hbox");
    const label = row?.querySelector(".widget-label")?.textContent;
    const value = row?.querySelector(".widget-readout")?.textContent;
    if (label && handle.getAttribute("aria-label") !== label) {
      handle.setAttribute("aria-label", label);
    }
    if (value && handle.getAttribute("aria-valuetext") !== value) {
      handle.setAttribute("aria-valuetext", value);
    }
  };

  /* The buttons that play say what they play. */
  const setName = (button, name) => {
    if (button && button.getAttribute("aria-label") !== name) {
      button.setAttribute("aria-label", name);
      button.title = name;
    }
  };

  const namePlay = (row) => {
    const label = row.querySelector(".widget-label")?.textContent;
    const [play, stop] = row.querySelectorAll(".widget-play button");
    if (!label || !stop) return;
    setName(play, `${play.querySelector(".fa-pause") ? "Pause" : "Play"}: ${label}`);
    setName(stop, `${label}: back to the start`);
    for (const step of row.querySelectorAll(":scope > button")) setName(step, step.title);
  };

  const nameAll = () => {
    document.querySelectorAll(".widget-subarea .noUi-handle").forEach(nameHandle);
    document.querySelectorAll(".widget-subarea .explorable-play").forEach(namePlay);
  };

  /* A step button presses the arrow key of its slider: without a kernel nobody else hears it. */
  const step = (event) => {
    const button = event.target.closest(".widget-subarea .explorable-play > button");
    const handle = button?.closest(".explorable-play").querySelector(".noUi-handle");
    if (!handle || button.closest(".live-area")) return; // live: Python hears it
    const key = button.classList.contains("explorable-back") ? "ArrowLeft" : "ArrowRight";
    handle.dispatchEvent(new KeyboardEvent("keydown", { key }));
  };

  /* A new frame's words are read out by a screen reader once the control has come to rest. */
  const voice = document.createElement("div");
  voice.setAttribute("role", "status");
  voice.className = "visually-hidden";
  const spoken = new Map();
  let pause = 0;

  const wordsOf = (area) =>
    [...area.querySelectorAll(".explorable-text")].find((text) => text.getClientRects().length)
      ?.textContent;

  const speak = () => {
    for (const area of document.querySelectorAll(".widget-subarea")) {
      const words = wordsOf(area);
      if (words && spoken.has(area) && spoken.get(area) !== words) voice.textContent = words;
      if (words) spoken.set(area, words);
    }
  };

  const follow = () => {
    nameAll();
    clearTimeout(pause);
    pause = setTimeout(speak, 300);
  };

  const show = async () => {
    document.body.append(voice);
    new MutationObserver(follow).observe(document.querySelector("article"), {
      subtree: true,
      childList: true,
      characterData: true,
      attributeFilter: ["aria-valuetext", "class"],
    });
    document.addEventListener("click", step);
    await window.showWidgets(place);
  };

  /* The widgets' code; what did not come is asked for again. Python in the page waits for it too. */
  let coming = null;
  const start = () => {
    coming ??= loadAll().then(
      () => void show(),
      (error) => {
        coming = null;
        throw error;
      },
    );
    return coming;
  };
  window.widgetsCode = start;

  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
