/** The journey's text beside the canvas. */
import { useEffect, useRef } from "react";
import { basicSetup } from "codemirror";
import { Annotation, Compartment, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { yaml } from "@codemirror/lang-yaml";
import { setDiagnostics } from "@codemirror/lint";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { dark, onTheme } from "../shared/page";
import type { Problem } from "./types";

const FROM_OUTSIDE = Annotation.define<boolean>();

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--cv-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--cv-string)" },
  { tag: tags.comment, color: "var(--cv-comment)", fontStyle: "italic" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--cv-quiet)" },
]);

const theme = (isDark: boolean) =>
  EditorView.theme(
    {
      "&": { height: "100%", fontSize: "13px", backgroundColor: "transparent", color: "var(--cv-ink)" },
      ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", lineHeight: "1.5" },
      ".cm-content": { caretColor: "var(--cv-ink)" },
      ".cm-gutters": { backgroundColor: "transparent", color: "var(--cv-comment)", border: "0" },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--cv-line)" },
      "&.cm-focused": { outline: "none" },
    },
    { dark: isDark },
  );

interface Props {
  text: string;
  label: string;
  problems: Problem[];
  line: { number: number; at: number } | null;
  written(text: string): void;
}

export function Text({ text, label, problems, line, written }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const tell = useRef(written);
  tell.current = written;

  useEffect(() => {
    const coloured = new Compartment();
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          basicSetup,
          yaml(),
          syntaxHighlighting(colours),
          coloured.of(theme(dark())),
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.lineWrapping,
          EditorView.updateListener.of((update) => {
            const outside = update.transactions.some((one) => one.annotation(FROM_OUTSIDE));
            if (update.docChanged && !outside) tell.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    // Its scrolling part is reached by the keyboard through the text itself.
    view.current = editor;
    const stop = onTheme((isDark) => editor.dispatch({ effects: coloured.reconfigure(theme(isDark)) }));
    return () => {
      stop();
      editor.destroy();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const was = editor.state.doc.toString();
    if (was === text) return;
    let [from, end] = [0, 0];
    const least = Math.min(was.length, text.length);
    while (from < least && was[from] === text[from]) from++;
    while (end < least - from && was[was.length - 1 - end] === text[text.length - 1 - end]) end++;
    const changes = { from, to: was.length - end, insert: text.slice(from, text.length - end) };
    editor.dispatch({ changes, annotations: FROM_OUTSIDE.of(true) });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const doc = editor.state.doc;
    const found = problems
      .filter((one) => one.line > 0 && one.line <= doc.lines)
      .map((one) => {
        const at = doc.line(one.line);
        return { from: Math.min(at.from + Math.max(one.column - 1, 0), at.to), to: at.to, message: one.words };
      });
    editor.dispatch(setDiagnostics(editor.state, found.map((one) => ({ ...one, severity: "error" as const }))));
  }, [problems, text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !line || line.number < 1 || line.number > editor.state.doc.lines) return;
    const at = editor.state.doc.line(line.number);
    editor.dispatch({
      selection: { anchor: at.from },
      effects: EditorView.scrollIntoView(at.from, { y: "center" }),
    });
  }, [line]);

  return <div className="cv-editor" ref={place} />;
}
