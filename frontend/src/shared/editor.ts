/** What the editors of texts share: how they look, that they follow the page between light and dark, and whom they tell. */
import { basicSetup } from "codemirror";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { dark, onTheme } from "./page";

/** On what is written from outside, which nobody is told of. */
export const FROM_OUTSIDE = Annotation.define<boolean>();

/** CodeMirror writes its rules into a `<style>`, which the page's policy lets in by the nonce of the page's own. */
function allowed(): Extension {
  const own = document.querySelector<HTMLStyleElement>("style[nonce]");
  return own?.nonce ? EditorView.cspNonce.of(own.nonce) : [];
}

/** `names`: what the page's colours begin with, as `cv` in `--cv-ink`. */
function theme(names: string, isDark: boolean): Extension {
  return EditorView.theme(
    {
      "&": { height: "100%", fontSize: "13px", backgroundColor: "transparent", color: `var(--${names}-ink)` },
      ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", lineHeight: "1.5" },
      ".cm-content": { caretColor: `var(--${names}-ink)` },
      ".cm-gutters": { backgroundColor: "transparent", color: `var(--${names}-comment)`, border: "0" },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: `var(--${names}-line)` },
      "&.cm-focused": { outline: "none" },
    },
    { dark: isDark },
  );
}

/** An editor of this text in a place, with extensions of its own; `tell` hears what its reader writes. Answers how to end it, too. */
export function mount(
  parent: HTMLElement,
  text: string,
  names: string,
  own: Extension,
  tell: (text: string) => void,
): [EditorView, () => void] {
  const coloured = new Compartment();
  const listener = EditorView.updateListener.of((update) => {
    const outside = update.transactions.some((one) => one.annotation(FROM_OUTSIDE));
    if (update.docChanged && !outside) tell(update.state.doc.toString());
  });
  const extensions = [allowed(), basicSetup, own, coloured.of(theme(names, dark())), EditorView.lineWrapping, listener];
  const editor = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
  const stop = onTheme((isDark) => editor.dispatch({ effects: coloured.reconfigure(theme(names, isDark)) }));
  return [
    editor,
    () => {
      stop();
      editor.destroy();
    },
  ];
}
