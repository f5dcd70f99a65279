/* In the place of sanitize-html: a description is text. */
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export default (text) => text.replace(/[&<>"]/g, (character) => ESCAPED[character]);
