/** The chosen step's fields, as its kind's schema has them; of the journey itself, those of its head. */
import { percent, shareOf, told } from "./Cards";
import { Field } from "./Field";
import type { Count, Edit, Input, Kind, Path, Problem, Step } from "./types";
import { Icon } from "../shared/Icon";

type Texts = Record<string, string>;

interface HeaderProps {
  inputs: Input[];
  fields: Record<string, unknown>;
  written: Record<string, string>;
  problems: Problem[];
  texts: Texts;
  edit(edits: Edit[]): void;
  build(path: Path, input: Input): void;
}

export function HeaderPanel({ inputs, fields, written, problems, texts, edit, build }: HeaderProps) {
  return (
    <>
      <h2>
        <Icon name="route" />
        {texts.journey}
      </h2>
      {inputs.map((input) => (
        <Field
          key={input.name}
          input={input}
          value={fields[input.name]}
          written={written[input.name] ?? ""}
          problems={problems.filter((one) => one.field === input.name)}
          texts={texts}
          change={(change) => edit([{ do: "change", path: [], ...change }])}
          build={(input) => build([], input)}
        />
      ))}
      {problems
        .filter((one) => !inputs.some((input) => input.name === one.field))
        .map((one) => (
          <p key={one.words} className="cv-wrong">
            {one.words}
          </p>
        ))}
    </>
  );
}

interface StepProps {
  step: Step;
  numbers: Count | undefined;
  kind: Kind | undefined;
  problems: Problem[];
  texts: Texts;
  edit(edits: Edit[]): void;
  build(path: Path, input: Input): void;
  remove(): void;
  double(): void;
}

export function StepPanel({ step, numbers, kind, problems, texts, edit, build, remove, double }: StepProps) {
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
      build={(input) => build(step.path, input)}
    />
  );
  return (
    <>
      <h2>
        <Icon name={step.icon} />
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
      <Branches step={step} texts={texts} edit={edit} build={build} />
      {others.length > 0 && (
        <details>
          <summary>{texts.advanced}</summary>
          {others.map(field)}
        </details>
      )}
      {numbers && <InNumbers step={step} numbers={numbers} texts={texts} />}
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

/** All that is counted at a step: people, the ways they took, and what was not sent by reason. */
function InNumbers({ step, numbers, texts }: { step: Step; numbers: Count; texts: Texts }) {
  const arms = step.arms.filter((arm) => numbers.arms?.[arm.key]);
  const unsent = Object.entries(numbers.unsent ?? {}).sort(([, one], [, other]) => other - one);
  const lang = document.documentElement.lang;
  return (
    <section className="cv-in-numbers" aria-label={texts.numbers}>
      <h3>{texts.numbers}</h3>
      <p>{told(numbers, texts).join(" · ")}</p>
      <ul>
        {arms.map((arm) => (
          <li key={arm.key}>
            {arm.name}: {numbers.arms![arm.key]!.toLocaleString(lang)} ({percent(shareOf(numbers, arm.key) ?? 0)})
          </li>
        ))}
        {unsent.map(([reason, count]) => (
          <li key={reason}>
            {reason}: {count.toLocaleString(lang)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Branches({ step, texts, edit, build }: Pick<StepProps, "step" | "texts" | "edit" | "build">) {
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
              build={(input) => build(arm.holder!, input)}
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
