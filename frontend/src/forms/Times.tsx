/** Inputs for one value each: names, durations, days and times. What is written otherwise is shown as it is written. */
import { Chosen, Typed, Within, Written } from "../builder/Values";
import type { Texts } from "../builder/types";
import type { Names } from "./types";

export type As = "event" | "segment" | "duration" | "clock" | "zone" | "words" | "text" | "offset" | "moment" | "every" | "days";

interface FieldProps {
  as: As;
  label: string;
  value: unknown;
  /** How often, where days are asked for. */
  every: string;
  names: Names;
  change(value: unknown): void;
}

export function Field({ as, label, value, every, names, change }: FieldProps) {
  const { texts, known } = names;
  const text = String(value ?? "");
  const listed = { label, many: true, placeholder: "", value: Array.isArray(value) ? value : [], change: (next: unknown) => change((next as unknown[]).length ? next : undefined) };
  if (as === "segment") return <Chosen label={label} value={text} options={known.segments} empty={texts.choose} change={change} />;
  if (as === "zone") {
    const zones: [string, string][] = [["customer", texts.zone_customer!]];
    return <Chosen label={label} value={text} options={zones} empty={texts.zone_workspace} change={change} />;
  }
  if (as === "duration") return <Within texts={{ ...texts, within: label }} value={text} change={change} />;
  if (as === "clock" && (!text || CLOCK.test(text))) return <Written label={label} type="time" value={text} change={change} />;
  if (as === "moment" && (!text || MOMENT.test(text))) {
    return <Written label={label} type="datetime-local" value={text.replace(" ", "T")} change={(next) => change(next.replace("T", " "))} />;
  }
  if (as === "every" && EVERY.test(text)) return <Every texts={texts} label={label} value={text} change={change} />;
  if (as === "offset" && (!text || OFFSET.test(text))) return <Offset texts={texts} value={text} change={change} />;
  if (as === "days" && every.includes("week")) return <Weekdays days={names.weekdays} value={listed.value} change={listed.change} />;
  if (as === "days") return <Typed {...listed} label={texts.on_month!} kind="number" />;
  if (as === "words") return <Typed {...listed} kind="text" />;
  return <Written label={label} value={text} placeholder="" list={as === "event" ? Object.keys(known.events) : undefined} change={change} />;
}

const CLOCK = /^\d\d:\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d$/;
const EVERY = /^(?:(\d{1,2}) )?(day|week|month)s?$/;
const OFFSET = /^([+-]?)(\d{1,3}) (day|week)s?$/;

interface PartProps {
  texts: Texts;
  value: string;
  change(value: string): void;
}

/** "2 weeks", and "week" for one. */
function Every({ texts, label, value, change }: PartProps & { label: string }) {
  const [, count = "1", unit = "week"] = EVERY.exec(value) ?? [];
  const units = ["day", "week", "month"].map((one): [string, string] => [one, texts[`${one}s`]!]);
  const said = (number: string, of: string) => change(Number(number) > 1 ? `${Number(number)} ${of}s` : of);
  return (
    <>
      <Written label={label} value={count} numeric change={(next) => said(next.replace(/\D/g, "").slice(-2), unit)} />
      <Chosen label={texts.unit!} value={unit} options={units} change={(next) => said(count, next)} />
    </>
  );
}

/** "-7 days": so long before a day; "2 weeks": after it. */
function Offset({ texts, value, change }: PartProps) {
  const [, sign = "", count = "", unit = "day"] = OFFSET.exec(value) ?? [];
  const side = !value ? "" : sign === "-" ? "-" : "+";
  const sides: [string, string][] = [["", texts.offset_none!], ["-", texts.offset_before!], ["+", texts.offset_after!]];
  const units = ["day", "week"].map((one): [string, string] => [one, texts[`${one}s`]!]);
  const said = (to: string, number: string, of: string) =>
    change(to ? `${to === "-" ? "-" : ""}${number || "1"} ${of}${number === "1" ? "" : "s"}` : "");
  return (
    <>
      <Chosen label={texts.offset!} value={side} options={sides} change={(next) => said(next, count || "7", unit)} />
      {side && <Written label={texts.offset_by!} value={count} numeric change={(next) => said(side, next.replace(/\D/g, "").slice(0, 3), unit)} />}
      {side && <Chosen label={texts.unit!} value={unit} options={units} change={(next) => said(side, count, next)} />}
    </>
  );
}

function Weekdays({ days, value, change }: { days: [string, string][]; value: unknown[]; change(value: unknown): void }) {
  const others = value.filter((one) => !days.some(([name]) => name === one));
  return (
    <div className="fm-days">
      {days.map(([name, words]) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={value.includes(name)}
            onChange={(event) =>
              change([...days.map(([one]) => one).filter((one) => (one === name ? event.target.checked : value.includes(one))), ...others])
            }
          />
          {words}
        </label>
      ))}
    </div>
  );
}
