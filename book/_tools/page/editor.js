/* The editor of a cell: CodeMirror, coloured as the page's own code is. */
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
  temporarilySetTabFocusMode,
} from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, hoverTooltip, keymap, showTooltip } from "@codemirror/view";
import { StateEffect, StateField } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import { element } from "./elements.js";

/* The classes that Pygments gives: the page has their colours, light and dark. */
const COLOURS = HighlightStyle.define(
  [
    [tags.comment, "c1"],
    [[tags.controlKeyword, tags.definitionKeyword, tags.keyword], "k"],
    [tags.moduleKeyword, "kn"],
    [[tags.bool, tags.null], "kc"],
    [tags.operatorKeyword, "ow"],
    [tags.operator, "o"],
    [tags.number, "mi"],
    [[tags.string, tags.special(tags.string)], "s2"],
    [tags.function(tags.definition(tags.variableName)), "nf"],
    [tags.definition(tags.className), "nc"],
    [tags.meta, "nd"],
    [tags.standard(tags.name), "nb"],
    [tags.variableName, "n"],
    [tags.propertyName, "n"],
    [tags.punctuation, "p"],
  ].map(([tag, name]) => ({ tag, class: name })),
);

const WORD = /[\w.]*$/;

/* The dotted name around a position of the text. */
const nameAt = (state, position) => {
  const line = state.doc.lineAt(position);
  const before = WORD.exec(line.text.slice(0, position - line.from))[0];
  const after = /^\w*/.exec(line.text.slice(position - line.from))[0];
  const name = (before + after).replace(/^\.+|\.+$/g, "");
  return /^[A-Za-z_]/.test(name) ? { name, from: position - before.length } : null;
};

const tooltip = (head, text) => ({
  dom: element(
    "div",
    { className: "cell-doc", attributes: { role: "tooltip" } },
    element("code", { textContent: head }),
    element("pre", { textContent: text }),
  ),
});

const setDoc = StateEffect.define();
const shownDoc = StateField.define({
  create: () => null,
  update(now, transaction) {
    for (const effect of transaction.effects) if (effect.is(setDoc)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : now;
  },
  provide: (field) => showTooltip.from(field),
});

/* Make an editor in `place`. `ask(method, values)` asks Python, or gives null when it is busy. */
export const makeEditor = ({ place, source, label, run, changed, ask, say }) => {
  const described = async (state, position) => {
    const found = nameAt(state, position);
    const said = found && (await ask("inspect", { dotted: found.name }));
    return said?.head ? { ...found, ...said } : null;
  };

  const showDoc = (view) => {
    described(view.state, view.state.selection.main.head).then((said) => {
      if (!said) return;
      const create = () => tooltip(said.head, said.text);
      view.dispatch({ effects: setDoc.of({ pos: said.from, above: false, create }) });
      say(`${said.head}. ${said.text.split("\n\n")[0]}`);
    });
    return true;
  };

  const completions = async (context) => {
    const word = context.matchBefore(WORD);
    if (!context.explicit && (!word || !/\.\w*$|\w{2,}$/.test(word.text))) return null;
    const position = context.pos;
    const found = await ask("complete", { source: context.state.doc.toString(), position });
    if (!found || found.names.length === 0) return null;
    return { from: found.from, options: found.names, validFor: /^\w*$/ };
  };

  const hideDoc = (view) => {
    if (!view.state.field(shownDoc)) return false;
    view.dispatch({ effects: setDoc.of(null) });
    return true;
  };

  const runs = () => {
    run();
    return true;
  };

  const leave = (view) => temporarilySetTabFocusMode(view) && false;

  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: source,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: "Shift-Enter", run: runs },
            { key: "Mod-Enter", run: runs },
            { key: "Ctrl-Enter", run: runs },
            { key: "F1", run: showDoc },
            { key: "Ctrl-Shift-Space", run: showDoc },
            { key: "Tab", run: acceptCompletion },
            { key: "Escape", run: hideDoc },
          ]),
        ),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        python(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        syntaxHighlighting(COLOURS),
        autocompletion({ override: [completions], icons: false }),
        hoverTooltip(async (view, position) => {
          const said = await described(view.state, position);
          return said && { pos: said.from, create: () => tooltip(said.head, said.text) };
        }),
        shownDoc,
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          { key: "Escape", run: leave },
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": label,
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
        }),
        // Long code wraps on a phone only, as the page's does.
        window.matchMedia("(max-width: 600px)").matches ? EditorView.lineWrapping : [],
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString());
        }),
      ],
    }),
  });

  // The page has keys of its own, "/" for its search among them: in here they are text.
  view.dom.addEventListener("keydown", (event) => event.stopPropagation());

  return {
    view,
    focus: () => view.focus(),
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    select: (from, to) => view.dispatch({ selection: { anchor: from, head: to } }),
    remove: () => view.destroy(),
  };
};
