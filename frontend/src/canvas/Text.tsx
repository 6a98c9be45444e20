/** The journey's text beside the canvas. */
import { useEffect, useRef } from "react";
import { EditorView } from "@codemirror/view";
import { yaml } from "@codemirror/lang-yaml";
import { setDiagnostics } from "@codemirror/lint";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { FROM_OUTSIDE, mount } from "../shared/editor";
import type { Problem } from "./types";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--cv-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--cv-string)" },
  { tag: tags.comment, color: "var(--cv-comment)", fontStyle: "italic" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--cv-quiet)" },
]);

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
    const own = [yaml(), syntaxHighlighting(colours), EditorView.contentAttributes.of({ "aria-label": label })];
    const [editor, end] = mount(place.current!, text, "cv", own, (next) => tell.current(next));
    view.current = editor;
    return end;
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
