/** The form of one value in a dialog: Done writes it into the journey's text, Cancel and Escape leave that as it is. */
import { useEffect, useId, useRef, useState } from "react";
import { Around } from "../builder/Leaf";
import { Tree } from "../builder/Tree";
import type { Look } from "../builder/types";
import { Entry } from "./Entry";
import { Goal } from "./Goal";
import { useForm } from "./state";
import type { Form, Names, Problem, Spot, Told } from "./types";

interface Props {
  urls: { names: string; form: string };
  text: string;
  spot: Spot;
  texts: Record<string, string>;
  /** Writes the value, null for none; answers whether that could be done. */
  done(written: string | null): Promise<boolean>;
  closed(): void;
}

export default function FormDialog({ urls, text, spot, texts, done, closed }: Props) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const { names, form, told, failed, setFailed, draw, finish } = useForm(urls, text, spot);
  useEffect(() => dialog.current?.showModal(), []);
  const filled = !!form && !!names;
  useEffect(() => {
    if (filled) dialog.current?.querySelector<HTMLElement>(".fm-body select, .fm-body input, .fm-body textarea, .fm-body button")?.focus();
  }, [filled]);

  const take = async () => {
    setBusy(true);
    const last = await finish();
    if (last?.written === null && spot.required) setFailed(names?.texts.nothing ?? "");
    else if (last && (last.same || (await done(last.written)))) dialog.current?.close();
    setBusy(false);
  };
  const apart = told && form ? unplaced(told, form) : [];

  return (
    <dialog
      ref={dialog}
      className="fm"
      aria-labelledby={`${id}-title`}
      aria-busy={busy || !form}
      onKeyDown={(event) => event.stopPropagation()}
      onClose={closed}
    >
      <h2 id={`${id}-title`}>{spot.label}</h2>
      <div className="fm-body">
        {names && form && told ? <Filled names={names} form={form} told={told} draw={draw} /> : !failed && <p role="status">{texts.loading}</p>}
        <div role="alert">
          {[...(failed ? [failed] : []), ...apart.map((one) => one.words)].map((words) => (
            <p key={words} className="cv-wrong">
              {words}
            </p>
          ))}
        </div>
        {told?.whole && (
          <p className="fm-whole" role="status">
            <span className="cv-hint">{names?.texts.in_words}</span> {told.whole}
          </p>
        )}
      </div>
      <div className="fm-foot">
        <button type="button" className="st-button st-second" onClick={() => dialog.current?.close()}>
          {texts.cancel}
        </button>
        <button type="button" className="st-button" disabled={busy || !form} onClick={() => void take()}>
          {texts.done}
        </button>
      </div>
    </dialog>
  );
}

/** Problems that no input shows. */
function unplaced(told: Told, form: Form): Problem[] {
  const ways = new Set(form.ways?.map((one) => one.id));
  const own = form.as === "entry" ? ["again", "limit", "grace"] : form.as === "goal" ? ["event", "within", "where"] : [];
  return told.problems.filter((one) => {
    const leaf = one.id in told.said || ways.has(one.id);
    return !leaf && !((one.id === form.as || !one.id) && (own.includes(one.field) || one.field in (form.texts ?? {})));
  });
}

interface FilledProps {
  names: Names;
  form: Form;
  told: Told;
  draw(form: Form): void;
}

function Filled({ names, form, told, draw }: FilledProps) {
  const { texts, operators, known } = names;
  const look: Look = { text: "", said: told.said, whole: "", problems: told.problems.map((one) => ({ ...one, line: 0, column: 0 })) };
  return (
    <Around.Provider value={{ texts, operators, known, look, count: null, answer: null }}>
      {form.as === "text" && (
        <textarea
          className="bd-input bd-wide st-mono"
          aria-label={texts.as_written}
          rows={4}
          value={form.text}
          spellCheck={false}
          onChange={(event) => draw({ ...form, text: event.target.value })}
        />
      )}
      {form.tree && <Tree texts={texts} known={known} tree={form.tree} draw={(tree) => draw({ ...form, tree })} />}
      {form.tree && !form.tree.rules.length && <p className="cv-hint">{texts.nothing}</p>}
      {form.as === "goal" && <Goal names={names} form={form} problems={told.problems} draw={draw} />}
      {form.as === "entry" && <Entry names={names} form={form} problems={told.problems} draw={draw} />}
    </Around.Provider>
  );
}
