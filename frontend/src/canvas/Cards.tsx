/** What stands on the canvas: the journey's own card, steps, names of arms, and the places between for new steps. */
import { createContext, useContext } from "react";
import { Handle, Position, type NodeProps } from "@xyflow/react";
import type { CanvasNode } from "./layout";
import type { Count, Header, Numbers, Path, Problem, Step } from "./types";
import { placeKey, START, stepKey } from "./walk";
import { Icon } from "../shared/Icon";

export interface Surroundings {
  texts: Record<string, string>;
  header: Header | null;
  problems: Problem[];
  numbers: Numbers;
  chosen: string;
  choose(key: string): void;
  open(key: string): void;
  add(into: Path, index: number): void;
}

export const Around = createContext<Surroundings | null>(null);

export function say(words: string | undefined, name: string | number): string {
  return (words ?? "%s").replace("%s", String(name));
}

function grouped(count: number): string {
  return count.toLocaleString(document.documentElement.lang);
}

/** A whole number of percent, written as the reader's language does. */
export function percent(share: number): string {
  return (share / 100).toLocaleString(document.documentElement.lang, { style: "percent" });
}

/** What a card says of its step: who stands there, went through, left, waits, and how many messages were not sent. */
export function told(count: Count, texts: Record<string, string>): string[] {
  const unsent = Object.values(count.unsent ?? {}).reduce((sum, one) => sum + one, 0);
  const all = { ...count, unsent };
  return (["inside", "passed", "held", "left", "unsent"] as const)
    .filter((name) => all[name])
    .map((name) => `${grouped(all[name]!)} ${texts[name]}`);
}

/** Which share of those who went through a step took this arm, in percent; null where nobody is known to have. */
export function shareOf(count: Count | undefined, arm: string): number | null {
  const arms = Object.values(count?.arms ?? {});
  const all = arms.reduce((sum, one) => sum + one, 0);
  return all ? Math.round((100 * (count!.arms![arm] ?? 0)) / all) : null;
}

function Joined({ children, top = true, bottom = true }: { children: React.ReactNode; top?: boolean; bottom?: boolean }) {
  return (
    <>
      {top && <Handle type="target" position={Position.Top} isConnectable={false} />}
      {children}
      {bottom && <Handle type="source" position={Position.Bottom} isConnectable={false} />}
    </>
  );
}

export function problemsOf(problems: Problem[], step: Step): Problem[] {
  const path = JSON.stringify(step.path);
  return problems.filter((one) => one.path && JSON.stringify(one.path) === path);
}

function StepCard({ data }: NodeProps<CanvasNode>) {
  const around = useContext(Around)!;
  if (data.item.as !== "step") return null;
  const step = data.item.step;
  const key = stepKey(step.path);
  const wrong = problemsOf(around.problems, step);
  const numbers = around.numbers[step.id];
  return (
    <Joined>
      <button
        type="button"
        data-key={key}
        className={`cv-card nopan${wrong.length ? " cv-bad" : ""}`}
        aria-current={around.chosen === key}
        tabIndex={around.chosen === key ? 0 : -1}
        onClick={() => around.choose(key)}
        onDoubleClick={() => around.open(key)}
      >
        <Icon name={wrong.length ? "error" : step.icon} />
        <span>
          <span className="cv-sentence">{step.text}</span>
          {wrong[0] && <span className="cv-wrong">{wrong[0].words}</span>}
          {!wrong.length && numbers && <span className="cv-numbers">{told(numbers, around.texts).join(" · ")}</span>}
        </span>
      </button>
    </Joined>
  );
}

function StartCard() {
  const around = useContext(Around)!;
  const wrong = around.problems.filter((one) => !one.path);
  return (
    <Joined top={false}>
      <button
        type="button"
        data-key={START}
        className={`cv-card cv-start nopan${wrong.length ? " cv-bad" : ""}`}
        aria-current={around.chosen === START}
        tabIndex={around.chosen === START ? 0 : -1}
        onClick={() => around.choose(START)}
        onDoubleClick={() => around.open(START)}
      >
        <Icon name={wrong.length ? "error" : "login"} />
        <span>
          <span className="cv-sentence">{around.header?.words[0] ?? around.texts.start}</span>
          {wrong[0] && <span className="cv-wrong">{wrong[0].words}</span>}
        </span>
      </button>
    </Joined>
  );
}

function EndCard() {
  const around = useContext(Around)!;
  return (
    <Joined bottom={false}>
      <div className="cv-end">{around.texts.end}</div>
    </Joined>
  );
}

/** An arm's name, and the share of those who took it: in words, and as a fill from the left. */
function ArmName({ data }: NodeProps<CanvasNode>) {
  const around = useContext(Around)!;
  if (data.item.as !== "arm") return null;
  const { arm, of } = data.item;
  const share = shareOf(around.numbers[of], arm.key);
  return (
    <Joined>
      <div className="cv-arm" title={arm.name}>
        {share !== null && <span className="cv-heat" style={{ width: `${share}%` }} aria-hidden="true" />}
        <span className="cv-arm-name">{arm.name}</span>
        {share !== null && <strong>{percent(share)}</strong>}
      </div>
    </Joined>
  );
}

function Place({ data }: NodeProps<CanvasNode>) {
  const around = useContext(Around)!;
  if (data.item.as !== "place") return null;
  const { into, index, after, empty } = data.item;
  const key = placeKey(into, index);
  return (
    <Joined>
      <button
        type="button"
        data-key={key}
        className="cv-plus nopan"
        aria-label={after ? `${around.texts.add}: ${after}` : around.texts.add}
        tabIndex={empty && around.chosen === key ? 0 : -1}
        onFocus={() => empty && around.choose(key)}
        onClick={() => around.add(into, index)}
      >
        +
      </button>
    </Joined>
  );
}

export const nodeTypes = { start: StartCard, step: StepCard, end: EndCard, arm: ArmName, place: Place };
