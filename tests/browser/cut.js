/* What of the page is cut off now, by geometry alone: each line of text, each sign of a formula, each
   picture and control is followed up through the boxes around it.

   A box that clips must hold it. A box that scrolls may hold it further on, if it shows that it does
   (a shade that is painted behind it); paper does not scroll. Last, the window must be wide enough. */
() => {
  const PAPER = matchMedia("print").matches;
  const WIDTH = document.documentElement.clientWidth;
  const SLACK = 1.5; // px: rounding
  const LEAVES = "mjx-c, mjx-line, mjx-rule, img, svg, canvas, video, input, select, button, progress";

  const memo = (compute) => {
    const known = new Map();
    return (key) => {
      if (!known.has(key)) known.set(key, compute(key));
      return known.get(key);
    };
  };
  const style = memo((e) => getComputedStyle(e));
  const inside = memo((e) => {
    const { left, top } = e.getBoundingClientRect();
    const [x, y] = [left + e.clientLeft, top + e.clientTop];
    return { left: x, top: y, right: x + e.clientWidth, bottom: y + e.clientHeight };
  });

  /* For a screen reader alone, or not shown at all. */
  const unseen = (e) => {
    const s = style(e);
    if (!e.checkVisibility() || s.opacity === "0") return true;
    if (s.position === "absolute" && s.clip !== "auto") return true;
    const { width, height } = e.getBoundingClientRect();
    return s.overflow === "hidden" && (width <= 1.5 || height <= 1.5);
  };

  /* The boxes around an element, itself first, that do not let everything be seen; `lifted`: around
     one that is positioned absolutely. */
  const around = (lifted) => (e) => {
    if (!e || e === document.body) return [];
    const s = style(e);
    if (lifted && s.position === "static") return lifts(e.parentElement);
    if (s.position === "fixed") return clips(e) ? [e] : [];
    const further = s.position === "absolute" ? lifts(e.parentElement) : boxes(e.parentElement);
    return clips(e) ? [e, ...further] : further;
  };
  const clips = (e) => {
    const s = style(e);
    const shows = s.overflowX === "visible" && s.overflowY === "visible";
    return !shows && s.display !== "inline" && s.display !== "contents";
  };
  const boxes = memo(around(false));
  const lifts = memo(around(true));

  const name = (e) => `${e.tagName.toLowerCase()}.${String(e.className.baseVal ?? e.className)}`;
  const cut = [];
  const unmarked = new Set();
  const closed = (s) => s === "hidden" || s === "clip";
  const marked = (a) => style(a).backgroundImage.includes("gradient");

  const check = (e, rect, what) => {
    let { left, right, top, bottom } = rect;
    if (right - left < 0.5 || bottom - top < 0.5) return;
    const fault = (why, by) => cut.push(`${why} by ${Math.round(by)} px in ${name(e)}: ${what}`);
    for (const a of boxes(e)) {
      const b = inside(a);
      const s = style(a);
      const wide = Math.max(b.left - left, right - b.right);
      if (wide > SLACK) {
        if (closed(s.overflowX) || PAPER) return fault(`${name(a)} cuts`, wide);
        if (!marked(a)) unmarked.add(a);
        left = Math.max(left, b.left);
        right = Math.min(right, b.right);
        if (right <= left) return; // further on in a box that scrolls
      }
      const high = Math.max(b.top - top, bottom - b.bottom);
      if (high > SLACK + (bottom - top) / 3) {
        // a line is higher than its letters
        if (closed(s.overflowY)) return fault(`${name(a)} cuts`, high);
        return; // further down in a box that scrolls
      }
    }
    const wide = Math.max(-left, right - WIDTH);
    if (wide > SLACK) fault("beyond the window", wide);
  };

  const range = document.createRange();
  let seen = 0;
  const look = (e, rects, what) => {
    for (const rect of rects) check(e, rect, what);
    seen += rects.length;
  };
  const walk = (e) => {
    if (unseen(e)) return;
    const shown = style(e).visibility !== "hidden";
    if (shown && e.matches(LEAVES)) {
      look(e.parentElement, [e.getBoundingClientRect()], e.className.baseVal ?? e.className);
    }
    for (let node = e.firstChild; node; node = node.nextSibling) {
      if (node.nodeType === Node.ELEMENT_NODE) walk(node);
      else if (shown && node.nodeType === Node.TEXT_NODE && node.data.trim() && !e.closest("option, svg")) {
        range.selectNodeContents(node);
        look(e, range.getClientRects(), node.data.trim().slice(0, 40));
      }
    }
  };
  walk(document.body);
  const scrolling = [...unmarked].map((a) => `no sign: ${name(a)}: ${a.textContent.trim().slice(0, 40)}`);
  return { seen, faults: [...cut, ...scrolling] };
}
