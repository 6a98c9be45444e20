/** What a journey is for: an event, and by when. */
import { useContext } from "react";
import { Around, Event } from "../builder/Leaf";
import type { Plain } from "../builder/types";
import { Row, TextRow } from "./Row";
import type { Form, Names, Problem } from "./types";

interface Props {
  names: Names;
  form: Form;
  problems: Problem[];
  draw(form: Form): void;
}

export function Goal({ names, form, problems, draw }: Props) {
  const around = useContext(Around);
  const { texts } = names;
  const own = texts.goal_within!;
  const change = (value: Plain) => draw({ ...form, value });
  const at = (name: string) => problems.filter((one) => one.field === name);
  return (
    <Around.Provider value={{ ...around, texts: { ...texts, within: own, time: own } }}>
      <Row label={texts.event!} problems={["event", "within", "where"].flatMap(at)}>
        <Event rule={form.value ?? {}} change={change} only={["within", "where"].filter((one) => !(one in form.texts!))} />
      </Row>
      {Object.entries(form.texts ?? {}).map(([name, text]) => (
        <TextRow
          key={name}
          label={name}
          value={text}
          problems={name in (form.value ?? {}) ? [] : at(name)}
          change={(next) => draw({ ...form, texts: { ...form.texts, [name]: next } })}
        />
      ))}
    </Around.Provider>
  );
}
