/** One field of the panel: its input as the kind's schema has it, what is wrong with it, and its form where it has one. */
import { useEffect, useId, useState } from "react";
import { say } from "./Cards";
import type { Input, Problem } from "./types";

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
  /** Opens the form of a field that has one. */
  build(input: Input): void;
}

const PERCENT = /^(\d+(?:[.,]\d+)?) ?%?$/;

function shown(input: Input, value: unknown, written: string): string {
  if (value === undefined || value === null) return "";
  if (input.as === "words" && Array.isArray(value)) return value.join(", ");
  if (input.as === "percent") return PERCENT.exec(written)?.[1] ?? written;
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
  if (input.as === "percent") {
    const number = PERCENT.exec(bare)?.[1];
    return { fields: { [name]: number ? `${number.replace(",", ".")}%` : bare } };
  }
  if (input.as === "words") {
    return { fields: { [name]: bare.split(",").map((one) => one.trim()).filter(Boolean) } };
  }
  return input.as === "yaml" || input.as === "languages" ? { written: { [name]: text } } : { fields: { [name]: bare } };
}

export function Field(props: FieldProps) {
  return props.input.as === "languages" && Titles.fits(props.value) ? <Titles {...props} /> : <OneField {...props} />;
}

/** A text by language, one input each. One that is written without a language stands with the first. */
function Titles({ input, value, problems, change }: FieldProps) {
  const bare = typeof value === "string";
  const first = input.languages![0]![0];
  const told = (bare ? { [first]: value } : (value ?? {})) as Record<string, string>;
  const others = Object.keys(told).filter((one) => !input.languages!.some(([code]) => code === one));
  const all = [...input.languages!, ...others.map((one): [string, string] => [one, one])];
  const write = (code: string, text: string) => {
    const next = text ? { ...told, [code]: text } : Object.fromEntries(Object.entries(told).filter(([one]) => one !== code));
    const left = Object.keys(next);
    const alone = (bare || value === undefined) && left.every((one) => one === first);
    change({ fields: { [input.name]: alone || !left.length ? (next[first] ?? "") : next } });
  };
  return (
    <>
      {all.map(([code, name]) => (
        <Title
          key={code}
          label={all.length > 1 ? `${input.label}, ${name}` : input.label}
          value={told[code] ?? ""}
          wrong={problems.length > 0}
          write={(text) => write(code, text)}
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

Titles.fits = (value: unknown): boolean =>
  value === undefined ||
  typeof value === "string" ||
  (typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every((one) => typeof one === "string"));

function Title({ label, value, wrong, write }: { label: string; value: string; wrong: boolean; write(text: string): void }) {
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const done = () => text.trim() !== value && write(text.trim());
  return (
    <div className="cv-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        value={text}
        aria-invalid={wrong}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        onBlur={done}
        onKeyDown={(event) => {
          if (event.key === "Enter") done();
          if (event.key === "Escape") setText(value);
        }}
      />
    </div>
  );
}

function OneField({ input, value, written, problems, texts, change, build }: FieldProps) {
  const id = useId();
  const was = shown(input, value, written);
  const [text, setText] = useState(was);
  useEffect(() => setText(was), [was]);
  const done = () => {
    if (text !== was) change(changeOf(input, text));
  };
  // A value that is not of the kind that the input is for is shown as it is written, and can be mended there.
  const odd = value !== undefined && value !== null && typeof value === "object" && input.as !== "words";
  const as = odd || input.as === "languages" ? "yaml" : input.as;
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
          {input.choices?.map((one) => (
            <option key={one} value={one}>
              {input.called?.[one] ?? one}
            </option>
          ))}
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
        <span className={as === "percent" ? "cv-percent" : "cv-line"}>
          <input {...about} {...typed} type="text" inputMode={as === "number" || as === "percent" ? "decimal" : undefined} />
          {as === "percent" && <span aria-hidden="true">%</span>}
        </span>
      )}
      {input.form && (
        <button type="button" className="st-button st-second cv-build" aria-label={say(texts.build_field, input.label)} onClick={() => build(input)}>
          {texts.build}
        </button>
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
