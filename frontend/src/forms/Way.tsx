/** One way in: which kind it is, and the fields of that kind. */
import { useContext, useId } from "react";
import { Around, Event } from "../builder/Leaf";
import { Chosen, Typed, Written } from "../builder/Values";
import { Field, type As } from "./Times";
import type { Known, Plain } from "../builder/types";
import { put, Row, TextRow } from "./Row";
import type { Names, Problem, Way } from "./types";
import { Icon } from "../shared/Icon";

interface Props {
  names: Names;
  way: Way;
  problems: Problem[];
  change(way: Way): void;
  remove?: (() => void) | undefined;
}

/** A new way in of a kind, with what is likely. */
export function firstOf(kind: string, id: string, known: Known): Way {
  const event = "order.placed" in known.events ? "order.placed" : (Object.keys(known.events)[0] ?? "order.placed");
  const segment = known.segments[0]?.[0] ?? "";
  const first: Record<string, Plain> = {
    event: { name: event },
    inactive: { event, for: "90 days" },
    segment: { enters: segment },
    date: { attribute: "birthday", at: "09:00" },
    milestone: { event, count: [1, 5, 10] },
    audience: { segment },
    schedule: { every: "week", on: ["monday"], at: "10:00" },
    replenishment: { event, before: "3 days" },
  };
  return { id, kind, bare: kind === "event" || kind === "api", value: first[kind] ?? {}, texts: {}, order: [] };
}

export function WayForm({ names, way, problems, change, remove }: Props) {
  const { texts, known, ways } = names;
  const id = useId();
  const written = way.texts ?? {};
  const every = String(way.value?.every ?? "");
  const inputs = FIELDS[way.kind] ?? [];
  const named = new Set([...inputs.map((one) => one.name), ...Object.keys(written), ...(SPECIAL[way.kind] ?? [])]);
  const rest = problems.filter((one) => !named.has(one.field));
  const at = (...all: string[]) => problems.filter((one) => all.includes(one.field));
  const set = (name: string, value: unknown) => {
    const next = put(way.value ?? {}, name, value);
    change({ ...way, value: name === "every" ? onItsDays(next, String(way.value?.every ?? "")) : next });
  };
  const replace = (value: Plain) => change({ ...way, value });
  const offered: [string, string][] = way.kind === "yaml" ? [...ways, ["yaml", texts.as_written!]] : ways;
  return (
    <div className="fm-way" role="group" aria-label={texts.way} aria-describedby={rest.length ? id : undefined}>
      <div className="bd-line">
        <span>{texts.way}</span>
        <Chosen label={texts.way!} value={way.kind} options={offered} empty={way.kind ? undefined : texts.choose} change={(kind) => change(firstOf(kind, way.id, known))} />
        {remove && (
          <button type="button" className="bd-icon" aria-label={texts.remove_way} title={texts.remove_way} onClick={remove}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {way.kind === "yaml" && <TextRow label={texts.as_written!} value={way.text ?? ""} change={(text) => change({ ...way, text })} />}
      {way.kind === "event" && <Doing value={way.value ?? {}} texts={written} problems={at("name", "where")} replace={replace} />}
      {way.kind === "segment" && <Door names={names} value={way.value ?? {}} problems={at("enters", "leaves")} replace={replace} />}
      {way.kind === "date" && <Day names={names} value={way.value ?? {}} problems={at("attribute", "anniversary_of")} replace={replace} />}
      {way.kind === "milestone" && <Marks names={names} way={way} problems={at("count", "sum")} replace={replace} />}
      {inputs
        .filter((one) => !(one.name in written) && !(one.as === "days" && every.includes("day") && !("on" in (way.value ?? {}))))
        .map((one) => (
          <Row key={one.name} label={texts[one.label]!} problems={at(one.name)}>
            <Field as={one.as} label={texts[one.label]!} value={way.value?.[one.name]} every={every} names={names} change={(value) => set(one.name, value)} />
          </Row>
        ))}
      {Object.entries(written).map(([name, text]) => (
        <TextRow key={name} label={name} value={text} problems={at(name)} change={(next) => change({ ...way, texts: { ...written, [name]: next } })} />
      ))}
      {rest.length > 0 && (
        <div id={id}>
          {rest.map((one) => (
            <p key={one.words} className="cv-wrong">
              {one.words}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

/** A schedule by another unit has other days: none by days, a weekday by weeks, the first by months. */
function onItsDays(value: Plain, was: string): Plain {
  const unit = (every: string) => ["day", "week", "month"].find((one) => every.includes(one)) ?? "";
  const now = unit(String(value.every ?? ""));
  const first: Record<string, unknown[]> = { week: ["monday"], month: [1] };
  return now === unit(was) ? value : put<unknown>(value, "on", first[now]);
}

interface Input {
  name: string;
  label: string;
  as: As;
}
const input = (name: string, as: As, label: string = name): Input => ({ name, as, label });

/** The fields of each kind that are no more than a value. */
const FIELDS: Record<string, Input[]> = {
  inactive: [input("event", "event"), input("for", "duration", "quiet_for")],
  date: [input("offset", "offset"), input("at", "clock")],
  milestone: [input("event", "event")],
  audience: [input("segment", "segment"), input("at", "moment", "moment"), input("zone", "zone")],
  schedule: [input("every", "every"), input("on", "days"), input("at", "clock"), input("zone", "zone"), input("segment", "segment")],
  api: [input("name", "text", "call"), input("requires", "words")],
  replenishment: [input("event", "event"), input("by", "text"), input("before", "duration"), input("at", "clock")],
};
const SPECIAL: Record<string, string[]> = {
  event: ["name", "where"],
  segment: ["enters", "leaves"],
  date: ["attribute", "anniversary_of"],
  milestone: ["count", "sum"],
};

interface PartProps {
  names: Names;
  value: Plain;
  problems: Problem[];
  replace(value: Plain): void;
}

function Doing({ value, texts, problems, replace }: Omit<PartProps, "names"> & { texts: Record<string, string> }) {
  const around = useContext(Around);
  const { name, ...rest } = value;
  return (
    <Row label={around.texts.event!} problems={problems}>
      <Event
        rule={{ event: name ?? "", ...rest }}
        change={({ event, ...others }) => replace({ name: event, ...others })}
        only={"where" in texts ? [] : ["where"]}
      />
    </Row>
  );
}

function Door({ names, value, problems, replace }: PartProps) {
  const { texts, known } = names;
  const word = "leaves" in value ? "leaves" : "enters";
  const words: [string, string][] = [["enters", texts.enters!], ["leaves", texts.leaves!]];
  return (
    <Row label={texts.segment!} problems={problems}>
      <Chosen label={texts.segment!} value={String(value[word] ?? "")} options={known.segments} empty={texts.choose} change={(next) => replace(put<unknown>({}, word, next))} />
      <Chosen label={texts.door!} value={word} options={words} change={(next) => replace({ [next]: value[word] ?? "" })} />
    </Row>
  );
}

/** A field of two names: which of them, and its value. Others keep their place. */
function renamed(value: Plain, was: string, name: string, next: unknown): Plain {
  if (!(was in value)) return { ...value, [name]: next };
  return Object.fromEntries(Object.entries(value).map(([key, one]) => (key === was ? [name, next] : [key, one])));
}

function Day({ names, value, problems, replace }: PartProps) {
  const { texts, known } = names;
  const word = "anniversary_of" in value ? "anniversary_of" : "attribute";
  const words: [string, string][] = [["attribute", texts.day_attribute!], ["anniversary_of", texts.day_anniversary!]];
  const list = Object.keys(word === "attribute" ? known.attributes : known.events);
  const first = (next: string) => (next === "attribute" ? "birthday" : "customer.signed_up");
  return (
    <Row label={texts.day!} problems={problems}>
      <Chosen label={texts.day!} value={word} options={words} change={(next) => replace(renamed(value, word, next, first(next)))} />
      <Written label={word === "attribute" ? texts.attribute! : texts.event!} value={String(value[word] ?? "")} list={list} change={(next) => replace(renamed(value, word, word, next))} />
    </Row>
  );
}

function Marks({ names, way, problems, replace }: Omit<PartProps, "value"> & { way: Way }) {
  const { texts } = names;
  const value = way.value ?? {};
  const written = way.texts ?? {};
  if ("count" in written || "sum" in written) return null;
  const word = "sum" in value ? "sum" : "count";
  const words: [string, string][] = [["count", texts.measure_count!], ["sum", texts.measure_sum!]];
  return (
    <Row label={texts.measure!} problems={problems}>
      <Chosen label={texts.measure!} value={word} options={words} change={(next) => replace(renamed(value, word, next, value[word] ?? [1]))} />
      <Typed label={texts.marks!} kind="number" many value={value[word] ?? []} change={(next) => replace(renamed(value, word, word, next))} />
    </Row>
  );
}
