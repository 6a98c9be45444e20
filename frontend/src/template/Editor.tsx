/** One text of the template: highlighted, completed, with what is wrong on its line. */
import { useEffect, useRef } from "react";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { jinja } from "@codemirror/lang-jinja";
import { html } from "@codemirror/lang-html";
import { setDiagnostics } from "@codemirror/lint";
import { HighlightStyle, LanguageSupport, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { FROM_OUTSIDE, mount } from "../shared/editor";
import type { Known, Mark } from "./types";

const words = new LanguageSupport(
  StreamLanguage.define<null>({
    token(stream) {
      stream.skipToEnd();
      return null;
    },
  }),
);

const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: "var(--te-quiet)" },
  { tag: [tags.attributeName, tags.controlKeyword, tags.definitionKeyword, tags.keyword], color: "var(--te-key)" },
  { tag: [tags.string, tags.attributeValue], color: "var(--te-string)" },
  { tag: [tags.variableName, tags.propertyName, tags.special(tags.variableName)], color: "var(--te-name)" },
  { tag: [tags.comment, tags.blockComment], color: "var(--te-comment)", fontStyle: "italic" },
]);

/** What fits where the caret stands: a filter after `|`, a name after a dot, a variable elsewhere within the braces. */
function completes(known: Known) {
  return (context: CompletionContext): CompletionResult | null => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 400), context.pos);
    const open = Math.max(before.lastIndexOf("{{"), before.lastIndexOf("{%"));
    if (open < 0 || /[}%]\}/.test(before.slice(open))) return null;
    const inside = before.slice(open + 2);
    const word = /\w*$/.exec(inside)![0];
    const rest = inside.slice(0, inside.length - word.length);
    const from = context.pos - word.length;
    const block = /include\s+["'][\w:]*$/.exec(inside);
    if (block) return told(context.pos - /[\w:]*$/.exec(inside)![0].length, known.blocks.map((key) => `block:${key}`), "text", /^[\w:]*$/);
    const asked = /segment\(\s*["']([\w-]*)$/.exec(inside);
    if (asked) return told(context.pos - asked[1]!.length, known.segments, "text", /^[\w-]*$/);
    if (/%$/.test(before.slice(0, open + 2)) && /^\s*\w*$/.test(inside) && word) return told(from, ["if", "else", "elif", "endif", "for", "endfor", "set", "include"], "keyword");
    const path = /([\w.]+)\.$/.exec(rest);
    if (path) return told(from, known.properties[path[1]!] ?? [], "property");
    if (/\|\s*$/.test(rest)) return told(from, known.filters, "function");
    if (!word && !context.explicit) return null;
    return told(from, [...known.roots, "segment"], "variable");
  };
}

function told(from: number, names: string[], type: string, validFor = /^\w*$/): CompletionResult | null {
  return names.length ? { from, options: names.map((label) => ({ label, type })), validFor } : null;
}

interface Props {
  text: string;
  label: string;
  help: string;
  mode: "html" | "text";
  one: boolean;
  marks: Mark[];
  known: Known;
  line: { number: number; at: number } | null;
  written(text: string): void;
}

export function Editor({ text, label, help, mode, one, marks, known, line, written }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const tell = useRef(written);
  tell.current = written;

  useEffect(() => {
    const own = [
      jinja({ base: mode === "html" ? html() : words }),
      autocompletion({ override: [completes(known)] }),
      syntaxHighlighting(colours),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-description": help }),
      one ? EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change)) : [],
    ];
    const [editor, end] = mount(place.current!, text, "te", own, (next) => tell.current(next));
    view.current = editor;
    return end;
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    const changes = { from: 0, to: editor.state.doc.length, insert: text };
    editor.dispatch({ changes, annotations: FROM_OUTSIDE.of(true), filter: false });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const { doc } = editor.state;
    const found = marks
      .filter((mark) => mark.line > 0 && mark.line <= doc.lines)
      .map((mark) => {
        const { from, to } = doc.line(mark.line);
        const severity = mark.severity === "error" ? ("error" as const) : ("warning" as const);
        return { from, to, severity, message: mark.words };
      });
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [marks, text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !line || line.number < 1) return;
    const at = editor.state.doc.line(Math.min(line.number, editor.state.doc.lines));
    editor.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
    editor.focus();
  }, [line]);

  return <div className={`te-editor${one ? " te-one" : ""}`} ref={place} />;
}
