/** The chosen step's fields, as its kind's schema has them; of the journey itself, those of its head. */
import { useEffect, useId, useState } from "react";
import type { Edit, Input, Kind, Path, Problem, Step } from "./types";

type Texts = Record<string, string>;

export interface Change {
  fields?: Record<string, unknown>;
  written?: Record<string, string>;
  without?: string[];
}

interface FieldProps {
  input: Input;
  value: unknown;
  written: string;
  problems: Problem[];
  texts: Texts;
  change(change: Change): void;
}

function shown(input: Input, value: unknown, written: string): string {
  if (value === undefined || value === null) return "";
  if (input.as === "words" && Array.isArray(value)) return value.join(", ");
  return written;
}

/** What a field's text means as a change; null for none. */
function changeOf(input: Input, text: string): Change {
  const name = input.name;
  const bare = text.trim();
  if (!bare && !input.required) return { without: [name] };
  if (input.as === "number") {
    const number = Number(bare.replace(",", "."));
    return { fields: { [name]: bare && Number.isFinite(number) ? number : bare } };
  }
  if (input.as === "words") {
    return { fields: { [name]: bare.split(",").map((one) => one.trim()).filter(Boolean) } };
  }
  return input.as === "yaml" ? { written: { [name]: text } } : { fields: { [name]: bare } };
}

function Field({ input, value, written, problems, texts, change }: FieldProps) {
  const id = useId();
  const was = shown(input, value, written);
  const [text, setText] = useState(was);
  useEffect(() => setText(was), [was]);
  const done = () => {
    if (text !== was) change(changeOf(input, text));
  };
  // A value that is not of the kind that the input is for is shown as it is written, and can be mended there.
  const odd = value !== undefined && value !== null && typeof value === "object" && input.as !== "words";
  const as = odd ? "yaml" : input.as;
  const about = {
    id,
    "aria-describedby": problems.length || input.help ? `${id}-about` : undefined,
    "aria-invalid": problems.length > 0,
    "aria-required": input.required,
  };
  const enter = (event: React.KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      done();
    }
    if (event.key === "Escape") setText(was);
  };
  const typed = {
    value: text,
    spellCheck: false,
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) => setText(event.target.value),
    onBlur: done,
    onKeyDown: enter,
  };
  return (
    <div className="cv-field">
      <label htmlFor={id}>{input.label}</label>
      {as === "choice" ? (
        <select
          {...about}
          value={text}
          onChange={(event) => change(changeOf(input, event.target.value))}
        >
          {(!input.required || !input.choices?.includes(text)) && <option value="">–</option>}
          {text && !input.choices?.includes(text) && <option value={text}>{text}</option>}
          {input.choices?.map((one) => <option key={one}>{one}</option>)}
        </select>
      ) : as === "flag" ? (
        <input
          {...about}
          type="checkbox"
          checked={value === true}
          onChange={(event) => change({ fields: { [input.name]: event.target.checked } })}
        />
      ) : as === "yaml" ? (
        <textarea {...about} {...typed} className="st-mono" rows={Math.min(6, Math.ceil(text.length / 36) || 1)} />
      ) : (
        <input {...about} {...typed} type="text" inputMode={as === "number" ? "decimal" : undefined} />
      )}
      {(problems.length > 0 || input.help) && (
        <div id={`${id}-about`}>
          {problems.map((one) => (
            <p key={one.words} className="cv-wrong">
              {one.words}
            </p>
          ))}
          {!problems.length && <p className="cv-hint">{input.help}</p>}
        </div>
      )}
      {as === "yaml" && !problems.length && !input.help && <p className="cv-hint">{texts.written_as}</p>}
    </div>
  );
}

interface HeaderProps {
  inputs: Input[];
  fields: Record<string, unknown>;
  written: Record<string, string>;
  problems: Problem[];
  texts: Texts;
  edit(edits: Edit[]): void;
}

export function HeaderPanel({ inputs, fields, written, problems, texts, edit }: HeaderProps) {
  return (
    <>
      <h2>
        <span className="material-symbols-outlined" aria-hidden="true">
          route
        </span>
        {texts.journey}
      </h2>
      {inputs.map((input) => (
        <Field
          key={input.name}
          input={input}
          value={fields[input.name]}
          written={written[input.name] ?? ""}
          problems={[]}
          texts={texts}
          change={(change) => edit([{ do: "change", path: [], ...change }])}
        />
      ))}
      {problems.map((one) => (
        <p key={one.words} className="cv-wrong">
          {one.words}
        </p>
      ))}
    </>
  );
}

interface StepProps {
  step: Step;
  kind: Kind | undefined;
  problems: Problem[];
  texts: Texts;
  edit(edits: Edit[]): void;
  remove(): void;
  double(): void;
}

export function StepPanel({ step, kind, problems, texts, edit, remove, double }: StepProps) {
  const inputs = kind?.inputs ?? [];
  const named = new Set(inputs.map((one) => one.name));
  const rest = problems.filter((one) => !named.has(one.field));
  const written = inputs.filter((one) => one.required || one.name in step.fields);
  const others = inputs.filter((one) => !written.includes(one));
  const field = (input: Input) => (
    <Field
      key={input.name}
      input={input}
      value={step.fields[input.name]}
      written={step.written[input.name] ?? ""}
      problems={problems.filter((one) => one.field === input.name)}
      texts={texts}
      change={(change) => edit([{ do: "change", path: step.path, ...change }])}
    />
  );
  return (
    <>
      <h2>
        <span className="material-symbols-outlined" aria-hidden="true">
          {step.icon}
        </span>
        {kind?.title ?? step.text}
      </h2>
      <p className="cv-hint">
        {step.text} {step.id && <code>{step.id}</code>}
      </p>
      {rest.map((one) => (
        <p key={one.words} className="cv-wrong">
          {one.words}
        </p>
      ))}
      {written.map(field)}
      <Branches step={step} texts={texts} edit={edit} />
      {others.length > 0 && (
        <details>
          <summary>{texts.advanced}</summary>
          {others.map(field)}
        </details>
      )}
      <div className="cv-buttons">
        <button type="button" className="st-button" onClick={double}>
          {texts.duplicate}
        </button>
        <button type="button" className="st-button" onClick={remove}>
          {texts.delete}
        </button>
      </div>
    </>
  );
}

function Branches({ step, texts, edit }: { step: Step; texts: Texts; edit(edits: Edit[]): void }) {
  const grows = step.grows;
  const arms = step.arms.filter((arm) => arm.holder);
  if (!grows || !arms.length) return null;
  const shared = grows.inputs.some((one) => one.name === "share");
  const even = (count: number, of: Path[]): Edit[] =>
    of.map((path, index) => ({ do: "change", path, fields: { share: share(count, index) } }));
  const isEven = arms.every((arm, index) => arm.fields.share === share(arms.length, index));
  const add = () => {
    const into = [...step.path, grows.field];
    const blank: Record<string, unknown> = {};
    if (shared) blank.share = share(arms.length + 1, arms.length);
    else if (grows.inputs.some((one) => one.name === "when")) blank.when = { consent: "email" };
    const value = { ...blank, [grows.steps]: [] };
    const before = shared && isEven ? even(arms.length + 1, arms.map((arm) => arm.holder!)) : [];
    if (grows.how === "list") edit([...before, { do: "insert", into, index: arms.length, value, step: false }]);
    else edit([...before, { do: "change", path: into, fields: { [freshName(arms.map(nameOf))]: value } }]);
  };
  const remove = (holder: Path) => {
    const left = arms.map((arm) => arm.holder!).filter((one) => one !== holder);
    const gone: Edit =
      grows.how === "list"
        ? { do: "delete", path: holder }
        : { do: "change", path: holder.slice(0, -1), without: [String(holder.at(-1))] };
    edit([...(shared && isEven ? even(left.length, left) : []), gone]);
  };
  return (
    <fieldset className="cv-branches">
      <legend>{texts.branch}</legend>
      {arms.map((arm) => (
        <div key={JSON.stringify(arm.path)} className="cv-branch" role="group" aria-label={arm.name}>
          <strong>{arm.name}</strong>
          {grows.inputs.map((input) => (
            <Field
              key={input.name}
              input={input}
              value={arm.fields[input.name]}
              written={arm.texts[input.name] ?? ""}
              problems={[]}
              texts={texts}
              change={(change) => edit([{ do: "change", path: arm.holder!, ...change }])}
            />
          ))}
          {arms.length > (shared ? 2 : 1) && (
            <button type="button" className="cv-link" onClick={() => remove(arm.holder!)}>
              {texts.remove_arm}
            </button>
          )}
        </div>
      ))}
      <button type="button" className="st-button" onClick={add}>
        {texts.add_arm}
      </button>
    </fieldset>
  );
}

const nameOf = (arm: { holder: Path | null }) => String(arm.holder?.at(-1));

function freshName(taken: string[]): string {
  const letter = [..."abcdefghijklmnopqrstuvwxyz"].find((one) => !taken.includes(one));
  return letter ?? `branch_${taken.length + 1}`;
}

/** An even share of a hundred per cent, the rest with the first. */
function share(count: number, index: number): string {
  const each = Math.floor(100 / count);
  return `${index === 0 ? 100 - each * (count - 1) : each}%`;
}
