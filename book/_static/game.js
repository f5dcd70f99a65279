/* The game of the largest learning rate: keeps what the reader has tried, and draws it. It computes
   nothing: depth, rate and outcome come with the words that the explorable shows, as data-facts. */
(() => {
  "use strict";
  const KEY = "backprop-largest-rate";
  const SVG = "http://www.w3.org/2000/svg";
  const [LEFT, RIGHT, TOP, BOTTOM] = [72, 520, 36, 250];
  const DEPTHS = [1, 10];
  const RATES = [0.0001, 2];
  const MARKS = { converged: "\u25cf", "too slow": "\u25bd", diverged: "\u2715" };

  const load = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(kept) ? kept.filter((point) => point?.outcome in MARKS) : [];
    } catch {
      return []; // no storage, or something else in it
    }
  };

  const save = (points) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(points));
    } catch {
      // kept until the page is left
    }
  };

  const made = (name, attributes = {}, text = "", space = null) => {
    const element = space ? document.createElementNS(space, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const drawn = (name, attributes, text) => made(name, attributes, text, SVG);

  const x = (depth) => LEFT + ((depth - DEPTHS[0]) / (DEPTHS[1] - DEPTHS[0])) * (RIGHT - LEFT);
  const y = (rate) => {
    const [low, high] = RATES.map(Math.log10);
    return BOTTOM - ((Math.log10(rate) - low) / (high - low)) * (BOTTOM - TOP);
  };

  /* Depth by depth: the largest rate that converged and the smallest that diverged. */
  const summary = (points) => {
    const depths = [...new Set(points.map((point) => point.depth))].sort((a, b) => a - b);
    return depths.map((depth) => {
      const of = (outcome) =>
        points.filter((p) => p.depth === depth && p.outcome === outcome).map((p) => p.rate);
      const [right, lost] = [of("converged"), of("diverged")];
      return {
        depth,
        converged: right.length ? Math.max(...right) : null,
        diverged: lost.length ? Math.min(...lost) : null,
      };
    });
  };

  const plot = (points) => {
    const best = summary(points).filter((row) => row.converged !== null);
    const words = `Your ${points.length} points: depth across, learning rate upwards. The table has them.`;
    const svg = drawn("svg", { viewBox: "0 0 540 310", role: "img", "aria-label": words });
    svg.style.cssText = "display: block; width: 100%; max-width: 540px; height: auto";
    const add = (name, attributes, text) => svg.append(drawn(name, attributes, text));
    const ink = { fill: "currentColor", "font-size": "14" };
    for (const rate of [0.0001, 0.001, 0.01, 0.1, 1]) {
      const height = y(rate);
      add("path", { d: `M${LEFT} ${height}H${RIGHT}`, stroke: "currentColor", opacity: "0.2" });
      add("text", { ...ink, x: LEFT - 16, y: height + 5, "text-anchor": "end" }, String(rate));
    }
    for (let depth = 1; depth <= 10; depth += 1) {
      add("text", { ...ink, x: x(depth), y: BOTTOM + 26, "text-anchor": "middle" }, String(depth));
    }
    add("text", { ...ink, x: (LEFT + RIGHT) / 2, y: BOTTOM + 46, "text-anchor": "middle" }, "depth");
    add("text", { ...ink, x: 0, y: 16 }, "learning rate");
    const line = best.map((row) => `${x(row.depth)},${y(row.converged)}`).join(" ");
    add("polyline", { points: line, fill: "none", stroke: "currentColor", "stroke-width": "2" });
    for (const { depth, rate, outcome } of points) {
      const style = { ...ink, x: x(depth), y: y(rate) + 5, "text-anchor": "middle" };
      add("text", style, MARKS[outcome]);
    }
    return svg;
  };

  const table = (points) => {
    const rows = made("table", { class: "table" });
    const head = rows.createTHead().insertRow();
    for (const title of ["Depth", "Largest that converged", "Smallest that diverged"]) {
      head.append(made("th", { scope: "col" }, title));
    }
    const body = rows.createTBody();
    for (const { depth, converged, diverged } of summary(points)) {
      const row = body.insertRow();
      for (const value of [depth, converged ?? "not yet", diverged ?? "not yet"]) {
        row.insertCell().textContent = value;
      }
    }
    return rows;
  };

  const start = () => {
    const explorable = () => document.querySelector(".widget-subarea .explorable-largest_rate");
    let points = load();
    let last = null;
    let pause = 0;
    const box = made("section", { class: "game", "aria-label": "Your points" });

    const show = () => {
      const legend = Object.entries(MARKS).map(([outcome, mark]) => `${mark} ${outcome}`).join(", ");
      const clear = made("button", { type: "button", class: "btn btn-outline-secondary btn-sm" });
      clear.textContent = "Clear my points";
      clear.addEventListener("click", () => {
        points = [];
        save(points);
        show();
        box.querySelector("p").focus();
      });
      const words = points.length
        ? `Your points: ${legend}. The line joins the largest rates that converged.`
        : "Your points appear here as you move the sliders.";
      const parts = [made("p", { tabindex: "-1" }, words)];
      box.replaceChildren(...parts, ...(points.length ? [plot(points), table(points), clear] : []));
    };

    const read = () => {
      const shown = explorable();
      if (!shown) return;
      if (!box.isConnected) shown.closest(".widget-subarea").after(box);
      const texts = [...shown.querySelectorAll(".explorable-text")];
      const facts = texts.find((text) => text.getClientRects().length)?.dataset.facts;
      if (!facts || facts === last) return;
      const moved = last !== null;
      last = facts;
      if (!moved) return show();
      const point = JSON.parse(facts);
      points = points.filter((p) => p.depth !== point.depth || p.rate !== point.rate);
      points.push(point);
      save(points);
      show();
    };

    new MutationObserver((changes) => {
      if (changes.every((change) => box.contains(change.target))) return;
      clearTimeout(pause);
      pause = setTimeout(read, 250); // when a slider rests
    }).observe(document.querySelector("article"), { subtree: true, childList: true, attributes: true });
    read();
  };

  start();
})();
