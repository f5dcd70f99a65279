/* Python for the practice pages: started at the first call, with a line that says how far it is. */
import { element } from "./elements.js";

export class Python {
  constructor() {
    this.said = element("span", { attributes: { role: "status" } });
    this.bar = element("progress", { max: 100, value: 0, ariaLabel: "Starting Python", hidden: true });
    this.place = element("p", { className: "live-line" }, this.said, this.bar);
  }

  tell(text, percent = null, detail = "") {
    this.said.textContent = [text, detail].filter(Boolean).join(": ");
    this.bar.hidden = percent === null;
    this.bar.value = percent ?? 0;
  }

  /* The page with Python in it: see live.js. Words of its start appear in `place`. */
  async page() {
    const page = await window.openLive();
    await page.python((text, percent, detail) => this.tell(text, percent, detail));
    return page;
  }

  /* The result of a method of Python; rejects with an error whose message can be shown. */
  async call(method, values) {
    try {
      const { kernel } = await this.page();
      const result = await kernel.call(method, values);
      this.tell("");
      return result;
    } catch (error) {
      this.tell("");
      const words = [error.message.replace(/^\w+Error: /, ""), error.advice].filter(Boolean).join(" ");
      throw new Error(words, { cause: error });
    }
  }
}
