/** One condition: its inputs, what it says in words, how many it is true of, and what is wrong with it. */
import { createContext, useContext } from "react";
import type { ValueEditorProps } from "react-querybuilder";
import { BOUNDS, Chosen, Compare, firstTest, Within, Written } from "./Values";
import type { Answer, Count, Known, Look, Plain, Score, Seen, Texts } from "./types";
import { Icon } from "../shared/Icon";

interface AroundType {
  texts: Texts;
  operators: Record<string, string>;
  known: Known;
  look: Look;
  count: Count | null;
  answer: Answer | null;
}
export const Around = createContext<AroundType>(null!);

interface FormProps {
  rule: Plain;
  change(rule: Plain): void;
}

/** What a new condition says until its author says better. */
export function firstOf(kind: string, known: Known): unknown {
  const attribute = "loyalty_tier" in known.attributes ? "loyalty_tier" : (Object.keys(known.attributes)[0] ?? "");
  const event = "order.placed" in known.events ? "order.placed" : (Object.keys(known.events)[0] ?? "order.placed");
  const first: Record<string, unknown> = {
    attribute: { attribute, ...firstTest(known.attributes[attribute]) },
    event: { event, within: "90 days" },
    received: { received: { within: "30 days" } },
    consent: { consent: "email" },
    segment: { segment: known.segments[0]?.[0] ?? "" },
    score: { score: "rfm_group", is: "champions" },
  };
  return first[kind] ?? "";
}

export function Leaf({ rule, handleOnChange }: ValueEditorProps) {
  const { texts, look, count, answer } = useContext(Around);
  const id = rule.id ?? "";
  const Form = FORMS[rule.field] ?? Raw;
  const problems = look.problems.filter((one) => one.id === id);
  const part = count?.parts?.[id];
  const fulfilled = answer?.parts?.[id];
  return (
    <div className={`bd-leaf${problems.length ? " bd-bad" : ""}`}>
      <div className="bd-form">
        {rule.field === "yaml" ? (
          <textarea
            className="bd-input bd-wide st-mono"
            aria-label={texts.written}
            rows={Math.min(8, Math.max(2, String(rule.value).split("\n").length))}
            value={String(rule.value ?? "")}
            placeholder="{event: order.placed, within: 90 days}"
            spellCheck={false}
            onChange={(event) => handleOnChange(event.target.value)}
          />
        ) : (
          <Form rule={(rule.value ?? {}) as Plain} change={handleOnChange} />
        )}
      </div>
      {problems.map((one) => (
        <p key={one.words} className="cv-wrong">
          {one.words}
        </p>
      ))}
      <p className="bd-said">
        {fulfilled !== undefined && (
          <span className={`bd-mark ${fulfilled ? "bd-yes" : "bd-no"}`}>
            <Icon name={fulfilled ? "check_circle" : "cancel"} />
            {fulfilled ? texts.fulfilled : texts.not_fulfilled}
          </span>
        )}
        <span>{look.said[id]}</span>
        {part && (
          <span className="bd-part">
            <meter min={0} max={100} value={part.percent} aria-hidden="true" />
            {part.words}
          </span>
        )}
      </p>
    </div>
  );
}

function Attribute({ rule, change }: FormProps) {
  const { texts, operators, known } = useContext(Around);
  const name = String(rule.attribute ?? "");
  const [op, value] = Object.entries(rule).find(([key]) => key !== "attribute") ?? ["is", ""];
  const seen = known.attributes[name];
  const renamed = (next: string) => {
    const other = known.attributes[next];
    // Another attribute with values of its own: what was compared with the first means nothing for it.
    change({ attribute: next, ...(other && other !== seen ? firstTest(other) : { [op]: value }) });
  };
  return (
    <>
      <Written label={texts.attribute!} value={name} list={Object.keys(known.attributes)} change={renamed} />
      <Compare
        texts={texts}
        operators={operators}
        op={op}
        value={value}
        seen={seen}
        change={(next, written) => change({ attribute: name, [next]: written })}
      />
    </>
  );
}

function without(rule: Plain, name: string): Plain {
  return Object.fromEntries(Object.entries(rule).filter(([key]) => key !== name));
}

/** What they did. `only`: the parts that may be added, where it is not a rule. */
export function Event({ rule, change, only }: FormProps & { only?: string[] }) {
  const { texts, known } = useContext(Around);
  const name = String(rule.event ?? "");
  const seen = known.events[name] ?? {};
  const where = (rule.where ?? {}) as Plain;
  const set = (field: string, value: unknown) => change({ ...rule, [field]: value });
  const property = ["amount", ...Object.keys(seen)].find((one) => one in seen && !(one in where)) ?? "property";
  const more: [string, string, () => void][] = [];
  if (!("within" in rule)) more.push(["within", texts.time!, () => set("within", "90 days")]);
  if (!("count" in rule)) more.push(["count", texts.how_often!, () => set("count", { at_least: 2 })]);
  if (!("sum" in rule)) more.push(["sum", texts.amounts!, () => set("sum", { at_least: 100 })]);
  more.push(["where", texts.condition!, () => set("where", { ...where, [property]: firstTest(seen[property]) })]);
  const offered = more.filter(([field]) => !only || only.includes(field));
  return (
    <>
      <Written label={texts.event!} value={name} list={Object.keys(known.events)} change={(next) => set("event", next)} />
      {"within" in rule && (
        <Line label={texts.within!} remove={() => change(without(rule, "within"))}>
          <Within texts={texts} value={String(rule.within)} change={(next) => set("within", next)} />
        </Line>
      )}
      {(["count", "sum"] as const).map(
        (field) =>
          field in rule && (
            <Line key={field} label={texts[field]!} remove={() => change(without(rule, field))}>
              <Tests value={rule[field]} only={BOUNDS} change={(next) => set(field, next)} />
            </Line>
          ),
      )}
      {Object.entries(where).map(([key, test], index) => (
        <Where
          key={index}
          name={key}
          test={test}
          seen={seen}
          change={(next, written) => set("where", replaced(where, key, next, written))}
          remove={() => {
            const rest = without(where, key);
            change(Object.keys(rest).length ? { ...rule, where: rest } : without(rule, "where"));
          }}
        />
      ))}
      {offered.length > 0 && (
        <div className="bd-more">
          {texts.more}
          {offered.map(([field, words, act]) => (
            <button key={field} type="button" className="cv-link" onClick={act}>
              {words}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** The mapping with one entry under another name or with another value, in its place. */
function replaced(all: Plain, was: string, name: string, value: unknown): Plain {
  const taken = name !== was && name in all;
  return Object.fromEntries(
    Object.entries(all).map(([key, one]) => (key === was ? [taken ? was : name, value] : [key, one])),
  );
}

interface WhereProps {
  name: string;
  test: unknown;
  seen: Record<string, Seen>;
  change(name: string, test: unknown): void;
  remove(): void;
}

function Where({ name, test, seen, change, remove }: WhereProps) {
  const { texts } = useContext(Around);
  return (
    <Line label={texts.where!} remove={remove}>
      <Written label={texts.property!} value={name} list={Object.keys(seen)} change={(next) => change(next, test)} />
      <Tests value={test} seen={seen[name]} change={(next) => change(name, next)} />
    </Line>
  );
}

interface TestsProps {
  value: unknown;
  seen?: Seen | undefined;
  only?: string[];
  change(value: unknown): void;
}

/** What a value is compared with: one comparison or several; a bare value is equality. `only`: with these alone. */
function Tests({ value, change, ...more }: TestsProps) {
  const { texts, operators } = useContext(Around);
  const bare = typeof value !== "object" || value === null;
  const tests = (bare ? { is: value } : value) as Plain;
  return (
    <>
      {Object.entries(tests).map(([op, bound]) => (
        <Compare
          key={op}
          texts={texts}
          operators={operators}
          op={op}
          value={bound}
          {...more}
          change={(next, written) => change(bare && next === "is" ? written : replaced(tests, op, next, written))}
        />
      ))}
    </>
  );
}

function Line({ label, remove, children }: { label: string; remove(): void; children: React.ReactNode }) {
  const { texts } = useContext(Around);
  return (
    <div className="bd-line" role="group" aria-label={label}>
      <span>{label}</span>
      {children}
      <button type="button" className="bd-icon" aria-label={`${texts.remove}: ${label}`} title={texts.remove} onClick={remove}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function Received({ rule, change }: FormProps) {
  const { texts, known } = useContext(Around);
  const asked = (rule.received ?? {}) as Record<string, string>;
  const set = (field: string, value: string) =>
    change({ received: value ? { ...asked, [field]: value } : without(asked, field) });
  return (
    <>
      <Chosen label={texts.journey!} value={asked.journey ?? ""} options={known.journeys} empty={`${texts.journey}: ${texts.any_journey}`} change={(next) => set("journey", next)} />
      {(asked.journey || asked.step) && <Written label={texts.step!} value={asked.step ?? ""} change={(next) => set("step", next)} />}
      <div className="bd-line" role="group" aria-label={texts.within}>
        <span>{texts.within}</span>
        <Within texts={texts} placeholder={texts.any_time} value={asked.within ?? ""} change={(next) => set("within", next)} />
      </div>
    </>
  );
}

function Consent({ rule, change }: FormProps) {
  const { texts, known } = useContext(Around);
  const asked = typeof rule.consent === "object" && rule.consent ? (rule.consent as Record<string, string>) : null;
  const channel = asked ? (asked.channel ?? "") : String(rule.consent ?? "");
  const purpose = asked?.purpose ?? "marketing";
  const set = (by: string, what: string) =>
    change({ consent: asked?.purpose || what !== "marketing" ? { channel: by, purpose: what } : by });
  const purposes: [string, string][] = [["marketing", texts.marketing!], ["transactional", texts.transactional!]];
  return (
    <>
      <Chosen label={texts.channel!} value={channel} options={known.channels} change={(next) => set(next, purpose)} />
      <Chosen label={texts.purpose!} value={purpose} options={purposes} change={(next) => set(channel, next)} />
    </>
  );
}

function Segment({ rule, change }: FormProps) {
  const { texts, known } = useContext(Around);
  return (
    <Chosen label={texts.segment!} value={String(rule.segment ?? "")} options={known.segments} empty={texts.choose} change={(next) => change({ segment: next })} />
  );
}

/** The first thing that is asked of a score. */
function firstOfScore(asked: Score | undefined): Plain {
  if (!asked || asked.kind === "text") return { is: asked?.values[0]?.[0] ?? "" };
  return asked.kind === "date" ? { after: new Date().toISOString().slice(0, 10) } : { at_least: 1 };
}

const SHARES = ["top", "bottom"];

function ScoreForm({ rule, change }: FormProps) {
  const { texts, operators, known } = useContext(Around);
  const name = String(rule.score ?? "");
  const asked = known.scores.find((one) => one.name === name);
  const [op, value] = Object.entries(rule).find(([key]) => key !== "score") ?? ["is", ""];
  const names = known.scores.map((one): [string, string] => [one.name, one.words]);
  const offered = asked?.operators ?? Object.keys(operators);
  const set = (next: string, written: unknown) => {
    if (SHARES.includes(next)) return change({ score: name, [next]: SHARES.includes(op) ? written : "10%" });
    if (SHARES.includes(op)) return change({ score: name, ...(next === "exists" ? { exists: true } : { [next]: 1 }) });
    change({ score: name, [next]: written });
  };
  const label = (one: string): [string, string] => [one, texts[`score_${one}`] ?? operators[one] ?? one];
  const chosen = (
    <Chosen label={texts.score!} value={name} options={names} change={(next) => change({ score: next, ...firstOfScore(known.scores.find((one) => one.name === next)) })} />
  );
  if (SHARES.includes(op)) {
    return (
      <>
        {chosen}
        <Chosen label={texts.compare!} value={op} options={offered.map(label)} change={(next) => set(next, value)} />
        <Written label={texts.share!} value={String(value)} change={(next) => change({ score: name, [op]: next })} />
      </>
    );
  }
  const words = asked?.values.length && (op === "is" || op === "is_not");
  return (
    <>
      {chosen}
      {words ? (
        <>
          <Chosen label={texts.compare!} value={op} options={offered.map(label)} change={(next) => set(next, next === "exists" ? true : next === "in" || next === "not_in" ? [value] : value)} />
          <Chosen label={texts.value!} value={String(value)} options={asked.values} change={(next) => set(op, next)} />
        </>
      ) : (
        <Compare
          texts={texts}
          operators={Object.fromEntries(offered.map(label))}
          op={op}
          value={value}
          seen={{ kind: asked?.kind === "text" || asked?.kind === "date" ? "text" : "number", values: asked?.values.map(([word]) => word) ?? null }}
          change={set}
        />
      )}
    </>
  );
}

function Raw() {
  return null;
}

const FORMS: Record<string, (props: FormProps) => React.ReactNode> = {
  attribute: Attribute,
  event: Event,
  received: Received,
  consent: Consent,
  segment: Segment,
  score: ScoreForm,
};
