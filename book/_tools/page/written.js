/* A problem that Python has made, its Markdown and TeX turned into HTML as the prepared ones have it. */
import { element } from "./elements.js";

export const setProblem = async (page, problem) => {
  const html = async (text, short) => {
    const place = await page.markdown(element("div"), text);
    return short ? (place.querySelector("p:only-child") ?? place).innerHTML : place.innerHTML;
  };
  problem.text = await html(problem.text);
  for (const field of problem.fields) {
    if (field.kind === "numbers") field.name = await html(`$${field.name}$`, true);
    field.hint = await html(field.hint, true);
    field.options = await Promise.all((field.options ?? []).map((one) => html(one, true)));
  }
  for (const one of problem.wrong) one.say = await html(one.say, true);
  problem.solution = await Promise.all(problem.solution.map((one) => html(one)));
  return problem;
};
