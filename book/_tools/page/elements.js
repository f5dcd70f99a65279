/* Small helpers for the page. */
export const OFFLINE =
  "Are you offline, or has the page's server stopped? Try again when you have a connection.";

export const element = (tag, properties = {}, ...children) => {
  const { dataset, attributes, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, dataset);
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

export const button = (className, text, press, properties = {}) => {
  const made = element("button", { type: "button", className, textContent: text, ...properties });
  made.addEventListener("click", press);
  return made;
};

/* One voice for the page: a screen reader hears each sentence once, when it has time. */
const voice = element("div", { className: "visually-hidden", attributes: { role: "status" } });
document.body.append(voice);
export const say = (words) => {
  voice.textContent = words;
};

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
