/* The widgets of a rendered page, with no kernel: the stock ipywidgets that the explorables are made
   of. A frame takes the place of the one before when its picture is there and can be drawn at once. */
import "anywidget"; // it speaks to define.js
import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";
import { Widget } from "@lumino/widgets";
import { defined } from "./define.js";

import "@lumino/widgets/style/index.css";
import "@jupyter-widgets/controls/css/labvariables.css";
import "@jupyter-widgets/controls/css/widgets-base.css";

const pictures = new Map(); // address: {image, ready}, kept so that the browser keeps them decoded

const picture = (address) => {
  if (!pictures.has(address)) {
    const image = new Image();
    image.src = address;
    const kept = { ready: false };
    kept.loaded = image.decode().then(
      () => (kept.ready = true),
      () => pictures.delete(address), // its text is shown all the same, and the next move tries again
    );
    kept.image = image;
    pictures.set(address, kept);
  }
  return pictures.get(address);
};

/* The child that a stack shows, through the stacks within it. */
const chosen = (model, index = model.get("selected_index")) => {
  const child = model.get("children")[index];
  return child?.get("_model_name") === "StackModel" ? chosen(child) : child;
};

const address = (frame) => {
  const template = document.createElement("template"); // loads nothing by itself
  template.innerHTML = frame?.get("value") ?? "";
  return template.content.querySelector("img")?.src;
};

class StackView extends controls.StackView {
  initialize(parameters) {
    super.initialize(parameters);
    this.isNear = false;
    this.observer = new IntersectionObserver(
      ([entry]) => {
        this.isNear = entry.isIntersecting;
        this.fetchNeighbours();
      },
      { rootMargin: "50%" },
    );
    this.observer.observe(this.el);
  }

  update_children() {
    const source = address(chosen(this.model));
    if (!source || !this.children_views || this.children_views.views.length === 0) {
      super.update_children();
      return;
    }
    const next = (this.next = picture(source));
    const show = () => {
      if (this.next !== next || !this.children_views) return; // moved on meanwhile
      super.update_children();
      this.fetchNeighbours();
    };
    if (next.ready) show();
    else next.loaded.then(show);
  }

  /* The frames one move away, while nothing else is to do. */
  fetchNeighbours() {
    if (!this.isNear) return;
    const index = this.model.get("selected_index");
    const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 100));
    for (const near of [index + 1, index - 1, index + 2]) {
      idle(() => {
        const source = address(chosen(this.model, near));
        if (source) picture(source);
      });
    }
  }

  remove() {
    this.observer.disconnect();
    super.remove();
  }
}

/* A box that went away while the view of a child was being made has no place for it any more. */
const { create_child_view } = controls.BoxView.prototype;
controls.BoxView.prototype.create_child_view = async function (...of) {
  const view = await create_child_view.apply(this, of);
  if (!this.luminoWidget.isDisposed) return view;
  view.remove();
  return new Promise(() => {}); // nobody waits for it
};

/* A frame that a faster move has taken away still gets the message that it was to be drawn. */
for (const { prototype } of [base.JupyterLuminoWidget, base.JupyterLuminoPanelWidget]) {
  const { processMessage } = prototype;
  prototype.processMessage = function (message) {
    if (this._view) processMessage.call(this, message);
  };
}

/* What is displayed inside an Output widget; live.js shows it as a cell's outputs. */
class OutputModel extends base.DOMWidgetModel {
  defaults() {
    return {
      ...super.defaults(),
      _model_module: "@jupyter-widgets/output",
      _model_name: "OutputModel",
      _view_module: "@jupyter-widgets/output",
      _view_name: "OutputView",
      msg_id: "",
      outputs: [],
    };
  }
}

class OutputView extends base.DOMWidgetView {
  render() {
    super.render();
    this.el.classList.add("output-widget");
    this.listenTo(this.model, "change:outputs", this.update);
    this.update();
  }

  update() {
    window.renderOutputs?.(this.el, this.model.get("outputs"));
  }
}

const MODULES = {
  anywidget: defined(base),
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/output": { OutputModel, OutputView },
  "@jupyter-widgets/controls": { ...controls, StackView },
};

class PageManager extends ManagerBase {
  async loadClass(name, module) {
    const found = MODULES[module]?.[name];
    if (!found) throw new Error(`${module} ${name} is not among the widgets of the page`);
    return found;
  }

  async _create_comm() {
    return { on_close() {}, on_msg() {}, close() {} };
  }

  async _get_comm_info() {
    return {};
  }
}

/* Show each widget of the page in the `place` that is made for its script. */
window.showWidgets = async (place) => {
  for (const script of document.querySelectorAll(
    'script[type="application/vnd.jupyter.widget-state+json"]',
  )) {
    const manager = new PageManager();
    await manager.set_state(JSON.parse(script.textContent));
    for (const script of document.querySelectorAll(
      'script[type="application/vnd.jupyter.widget-view+json"]',
    )) {
      const { model_id } = JSON.parse(script.textContent);
      if (!manager.has_model(model_id)) continue;
      const view = await manager.create_view(await manager.get_model(model_id));
      Widget.attach(view.luminoWidget, place(script));
    }
  }
};

/* Widgets that a kernel keeps: `open` takes its comms' first messages, `show` makes a view. */
window.liveWidgets = () => {
  const manager = new PageManager();
  return {
    open: (comm, message) => manager.handle_comm_open(comm, message),
    show: async (model_id, area) => {
      const view = await manager.create_view(await manager.get_model(model_id));
      if (area.isConnected) Widget.attach(view.luminoWidget, area); // else what asked for it has gone
      return () => view.remove();
    },
  };
};
