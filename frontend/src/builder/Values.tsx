/** Inputs for single values and for what is compared with them. */
import { useEffect, useId, useState } from "react";
import type { Plain, Seen, Texts } from "./types";

const NUMERIC = ["above", "below", "at_least", "at_most"];
const DAYS = ["before", "after"];
const LISTS = ["in", "not_in"];
export const BOUNDS = ["at_least", "at_most", "is", "above", "below"];

interface WrittenProps {
  label: string;
  value: string;
  list?: string[] | undefined;
  type?: string;
  wide?: boolean;
  numeric?: boolean;
  placeholder?: string | undefined;
  change(text: string): void;
}

/** A line of text; what is typed counts at once. */
export function Written({ label, value, list, type, wide, numeric, placeholder, change }: WrittenProps) {
  const id = useId();
  return (
    <>
      <input
        className={`bd-input${wide ? " bd-wide" : ""}`}
        type={type ?? "text"}
        aria-label={label}
        title={label}
        value={value}
        list={list?.length ? id : undefined}
        placeholder={placeholder ?? (type === "date" ? undefined : label)}
        inputMode={numeric ? "decimal" : undefined}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => change(event.target.value)}
      />
      {list?.length ? (
        <datalist id={id}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      ) : null}
    </>
  );
}

interface ChosenProps {
  label: string;
  value: string;
  options: [string, string][];
  empty?: string | undefined;
  change(value: string): void;
}

export function Chosen({ label, value, options, empty, change }: ChosenProps) {
  const known = options.some(([name]) => name === value);
  return (
    <select className="bd-input" aria-label={label} title={label} value={value} onChange={(event) => change(event.target.value)}>
      {empty !== undefined && <option value="">{empty}</option>}
      {!known && value && <option value={value}>{value}</option>}
      {options.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}

/** What is typed as a value of a kind: a number where it is one, else the text, which the server then refuses in words. */
function meant(text: string, kind: string): unknown {
  if (kind !== "number") return text;
  const number = Number(text.replace(",", ".").trim());
  return text.trim() && Number.isFinite(number) ? number : text;
}

const shown = (value: unknown) => (Array.isArray(value) ? value.join(", ") : String(value ?? ""));

/** A text whose meaning is kept outside: while "1." is typed it stays "1.". */
export function Typed({ value, kind, many, ...rest }: Omit<WrittenProps, "value" | "change"> & {
  value: unknown;
  kind: string;
  many?: boolean;
  change(value: unknown): void;
}) {
  const read = (text: string) =>
    many ? text.split(",").map((one) => one.trim()).filter(Boolean).map((one) => meant(one, kind)) : meant(text, kind);
  const [text, setText] = useState(shown(value));
  const same = JSON.stringify(read(text)) === JSON.stringify(value);
  useEffect(() => {
    if (!same) setText(shown(value));
    // Only a change from outside writes into the input.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [JSON.stringify(value)]);
  const typed = (next: string) => {
    setText(next);
    rest.change(read(next));
  };
  return <Written {...rest} value={same ? text : shown(value)} numeric={kind === "number"} change={typed} />;
}

const kindOf = (value: unknown) => {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "number" ? "number" : typeof first === "boolean" ? "flag" : "text";
};

const UNITS = ["minute", "hour", "day", "week", "month", "year"];

interface WithinProps {
  texts: Texts;
  value: string;
  placeholder?: string | undefined;
  change(value: string): void;
}

/** A duration such as `90 days`: how many, and of what. What is written otherwise is shown as it is written. */
export function Within({ texts, value, placeholder, change }: WithinProps) {
  const found = /^(\d*) ?([a-z]+?)s?$/.exec(value);
  const unit = found && UNITS.includes(found[2]!) ? found[2]! : value ? "" : "day";
  const label = texts.within!;
  if (!unit) return <Written label={label} value={value} change={change} />;
  const number = found?.[1] ?? "";
  const said = (count: string, of: string) => change(count ? `${count} ${of}${count === "1" ? "" : "s"}` : "");
  return (
    <>
      <Written label={label} value={number} numeric placeholder={placeholder} change={(next) => said(next.replace(/\D/g, ""), unit)} />
      <Chosen
        label={texts.unit!}
        value={unit}
        options={UNITS.map((one): [string, string] => [one, texts[`${one}s`]!])}
        change={(next) => said(number || "1", next)}
      />
    </>
  );
}

/** A value as one of another kind. */
function turned(value: unknown, op: string, kind: string): unknown {
  const first = Array.isArray(value) ? value[0] : value;
  if (op === "exists") return typeof first === "boolean" ? first : true;
  if (kind === "flag" && !NUMERIC.includes(op)) return LISTS.includes(op) ? [first === true] : first === true;
  const text = typeof first === "boolean" ? "" : shown(value);
  if (NUMERIC.includes(op)) return meant(shown(first), "number");
  if (DAYS.includes(op) || op === "contains") return shown(first);
  if (LISTS.includes(op)) {
    return text.split(",").map((one) => one.trim()).filter(Boolean).map((one) => meant(one, kind));
  }
  return meant(shown(first), kind);
}

interface CompareProps {
  texts: Texts;
  operators: Record<string, string>;
  only?: string[] | undefined;
  op: string;
  value: unknown;
  seen?: Seen | undefined;
  change(op: string, value: unknown): void;
}

/** "is one of gold, platinum" */
export function Compare({ texts, operators, only, op, value, seen, change }: CompareProps) {
  const kind = kindOf(value);
  const free = !only && ["is", "is_not", ...LISTS].includes(op);
  const offered = (only ?? Object.keys(operators)).map((one): [string, string] => [one, operators[one] ?? one]);
  const flags: [string, string][] = [["true", texts.yes!], ["false", texts.no!]];
  const likely = Array.isArray(value) && !value.length ? (seen?.kind ?? "text") : kind;
  return (
    <>
      <Chosen
        label={texts.compare!}
        value={op}
        options={offered}
        change={(next) => change(next, turned(value, next, only ? "number" : likely))}
      />
      {op === "exists" || (free && kind === "flag" && !LISTS.includes(op)) ? (
        <Chosen label={texts.value!} value={String(value)} options={flags} change={(next) => change(op, next === "true")} />
      ) : DAYS.includes(op) ? (
        <Written label={texts.value!} type="date" value={shown(value)} change={(next) => change(op, next)} />
      ) : (
        <Typed
          label={LISTS.includes(op) ? texts.values! : texts.value!}
          value={value}
          kind={only || NUMERIC.includes(op) ? "number" : op === "contains" ? "text" : likely}
          many={LISTS.includes(op)}
          list={LISTS.includes(op) ? undefined : (seen?.values ?? undefined)}
          change={(next) => change(op, next)}
        />
      )}
      {free && (
        <Chosen
          label={texts.value_kind!}
          value={likely}
          options={[["text", texts.as_text!], ["number", texts.as_number!], ["flag", texts.as_flag!]]}
          change={(next) => change(op, turned(value, op, next))}
        />
      )}
    </>
  );
}

/** A first value to compare with, as what was seen under the name has it. */
export function firstTest(seen: Seen | undefined): Plain {
  if (seen?.kind === "number") return { at_least: 1 };
  if (seen?.kind === "flag") return { is: true };
  return { is: seen?.values?.[0] ?? "" };
}
