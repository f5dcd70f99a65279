/* "Run it live": the explorable above the button, with Python behind it. */
import { element } from "./elements.js";
import { Failure } from "./kernel.js";

export const explore = async (place, live) => {
  const name = place.dataset.live;
  const press = place.querySelector(".live-start");
  const prepared = () =>
    [...place.parentElement.children].find((one) => one.matches(".widget-subarea, .prepared"));
  const stage = element("span", { className: "live-stage", attributes: { role: "status" } });
  const detail = element("span", { className: "live-detail", ariaHidden: "true" });
  const bar = element("progress", { max: 100, value: 0, ariaLabel: "Starting Python" });
  const back = element("button", { type: "button", className: "live-back", textContent: "Stop" });
  const again = element("button", { type: "button", className: "live-again" }, "Try again");
  const line = element("div", { className: "live-line" }, stage, detail, bar, back);
  const area = element("div", { className: "widget-subarea live-area", hidden: true });
  const panel = element("div", { className: "live-panel" }, area, line);
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", "Live, with Python in this page");
  place.append(panel);
  press.hidden = true;
  back.focus();

  let remove = () => {};
  let open = true;
  const watcher = (text, percent, more) => {
    if (!open || percent === null) return;
    if (stage.textContent !== text) stage.textContent = text;
    detail.textContent = more;
    bar.value = percent;
  };
  const close = () => {
    if (!open) return;
    open = false;
    place.removeEventListener("keydown", escape);
    remove();
    live.leave(watcher);
    panel.remove();
    const frames = prepared();
    if (frames) frames.hidden = false;
    press.hidden = false;
    press.focus();
  };
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };
  place.addEventListener("keydown", escape);
  back.addEventListener("click", close);

  const fail = (failure) => {
    if (!open) return;
    if (!(failure instanceof Failure)) console.warn(failure);
    stage.textContent = `${failure.message} ${failure.advice ?? ""}`.trim();
    line.classList.add("live-failed");
    detail.remove();
    bar.remove();
    back.textContent = "Close";
    if (failure.again !== false) line.insertBefore(again, back);
    (failure.again === false ? back : again).focus();
  };
  again.addEventListener("click", () => {
    close();
    press.click();
  });

  let kernel;
  try {
    kernel = await live.python(watcher);
    const made = await kernel.show(name, area);
    if (!open) {
      made();
      return;
    }
    remove = made;
  } catch (failure) {
    fail(failure);
    return;
  }
  kernel.on("broken", ({ message, whole }) => {
    console.warn(whole);
    fail(new Failure(message ?? whole, "Go back, and start it again."));
  });
  kernel.on("ended", () => fail(new Failure("Python has been stopped.", "Start it again.")));
  const had = panel.contains(document.activeElement) || document.activeElement === document.body;
  const frames = prepared();
  if (frames) frames.hidden = true;
  area.hidden = false;
  stage.textContent = "Live: any value, computed by Python in this page";
  detail.remove();
  bar.remove();
  back.textContent = "Back to the prepared frames";
  panel.classList.add("live-ready");
  // The controls come to be in the next moments.
  for (let tries = 0; had && open && tries < 50; tries += 1) {
    const first = area.querySelector("[role=application], [role=slider], select, input");
    first?.focus();
    if (first && document.activeElement === first) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
