/** Who enters: the ways in, the rule of whom they are for, and when the same people may enter again. */
import { Chosen, Within, Written } from "../builder/Values";
import { Tree } from "../builder/Tree";
import { Row, TextRow, put } from "./Row";
import type { Form, Names, Problem, Way } from "./types";
import { firstOf, WayForm } from "./Way";

interface Props {
  names: Names;
  form: Form;
  problems: Problem[];
  draw(form: Form): void;
}

export function Entry({ names, form, problems, draw }: Props) {
  const { texts, known } = names;
  const ways = form.ways ?? [];
  const written = form.texts ?? {};
  const at = (name: string) => problems.filter((one) => one.id === "entry" && one.field === name);
  const write = (name: string, text: string) => draw({ ...form, texts: { ...written, [name]: text } });
  const set = (index: number, way: Way) => draw({ ...form, ways: ways.map((one, n) => (n === index ? way : one)) });
  const shown = ways.length ? ways : [{ id: "w0", kind: "" }];
  const add = () => {
    const id = `w${Math.max(-1, ...ways.map((one) => Number(one.id.slice(1)))) + 1}`;
    draw({ ...form, many: form.many || ways.length > 0, ways: [...ways, firstOf("event", id, known)] });
  };
  const remove = (index: number) => {
    const left = ways.filter((_, n) => n !== index);
    draw({ ...form, ways: left, many: left.length > 1 });
  };
  return (
    <>
      {shown.map((way, index) => (
        <WayForm
          key={way.id}
          names={names}
          way={way}
          problems={problems.filter((one) => one.id === way.id)}
          change={(next) => (ways.length ? set(index, next) : draw({ ...form, ways: [next] }))}
          remove={ways.length > 1 ? () => remove(index) : undefined}
        />
      ))}
      {ways.length > 0 && (
        <button type="button" className="bd-add fm-add" onClick={add}>
          + {texts.add_way}
        </button>
      )}
      <section aria-label={texts.only_if}>
        <h3>{texts.only_if}</h3>
        {"only_if" in written ? (
          <TextRow label={texts.as_written!} value={written.only_if!} problems={at("only_if")} change={(text) => write("only_if", text)} />
        ) : (
          <Tree texts={texts} known={known} tree={form.only_if!} draw={(tree) => draw({ ...form, only_if: tree })} />
        )}
      </section>
      {"again" in written ? (
        <TextRow label={texts.again!} value={written.again!} problems={at("again")} change={(text) => write("again", text)} />
      ) : (
        <Again
          names={names}
          properties={ways.flatMap((way) => Object.keys(known.events[String(way.value?.name ?? "")] ?? {}))}
          value={String(form.value?.again ?? "")}
          problems={at("again")}
          change={(again) => draw({ ...form, value: put<unknown>(form.value ?? {}, "again", again) })}
        />
      )}
      <TextRow label={texts.limit!} value={written.limit ?? ""} problems={at("limit")} change={(text) => write("limit", text)} />
      {Object.entries(written)
        .filter(([name]) => !["only_if", "again", "limit"].includes(name))
        .map(([name, text]) => (
          <TextRow key={name} label={name} value={text} problems={at(name)} change={(next) => write(name, next)} />
        ))}
    </>
  );
}

interface AgainProps {
  names: Names;
  /** Of the events by which they enter. */
  properties: string[];
  value: string;
  problems: Problem[];
  change(again: string): void;
}

/** When the same people may enter again: a choice, with a duration or a property where it needs one. */
function Again({ names, properties, value, problems, change }: AgainProps) {
  const { texts, again } = names;
  const [first, ...rest] = value.split(" ");
  const fixed = again.some(([name]) => name === value);
  const word = fixed ? value : (first === "after" || first === "per") && value !== first ? first : value;
  const more = word === value ? "" : rest.join(" ");
  const begun: Record<string, string> = { after: "after 180 days", per: `per ${properties[0] ?? "order_id"}` };
  return (
    <Row label={texts.again!} problems={problems}>
      <Chosen label={texts.again!} value={word} options={again} change={(next) => change(begun[next] ?? next)} />
      {word === "after" && (
        <Within texts={{ ...texts, within: texts.again_after! }} value={more} change={(next) => change(`after ${next || "0 days"}`)} />
      )}
      {word === "per" && <Written label={texts.again_per!} value={more} list={properties} change={(next) => change(`per ${next || "_"}`)} />}
    </Row>
  );
}
