/** Ways through the steps: which there are, and which stands above, below and beside which. */
import type { Arm, Path, Step } from "./types";

/** What can be chosen: the journey itself, a step, or the place for the first step of an empty arm. */
export type Spot = { as: "start" } | { as: "step"; step: Step } | { as: "place"; into: Path; name: string };

export const START = "start";

export function stepKey(path: Path): string {
  return `step:${JSON.stringify(path)}`;
}

export function placeKey(into: Path, index: number): string {
  return `place:${JSON.stringify(into)}:${index}`;
}

export function keyOf(spot: Spot): string {
  if (spot.as === "start") return START;
  return spot.as === "step" ? stepKey(spot.step.path) : placeKey(spot.into, 0);
}

/** All spots in written order, the journey itself first. */
export function spots(steps: Step[]): Spot[] {
  return [{ as: "start" }, ...below(steps, ["steps"], "")];
}

function below(steps: Step[], into: Path, name: string): Spot[] {
  if (!steps.length) return [{ as: "place", into, name }];
  return steps.flatMap((step) => [
    { as: "step", step } as Spot,
    ...step.arms.flatMap((arm) => below(arm.steps, arm.path, arm.name)),
  ]);
}

export function find(steps: Step[], key: string): Spot | undefined {
  return spots(steps).find((spot) => keyOf(spot) === key);
}

function pathOf(spot: Spot): Path {
  if (spot.as === "start") return [];
  return spot.as === "step" ? spot.step.path : [...spot.into, 0];
}

function begins(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((part, index) => part === path[index]);
}

/** The step in whose arm a spot stands, and which of its arms that is. */
function around(steps: Step[], spot: Spot): [Step, number] | undefined {
  const path = pathOf(spot);
  const above = spots(steps)
    .flatMap((one) => (one.as === "step" ? [one.step] : []))
    .filter((step) => step.path.length < path.length && begins(path, step.path));
  const step = above.at(-1);
  if (!step) return undefined;
  const arm = step.arms.findIndex((one) => begins(path, one.path));
  return arm < 0 ? undefined : [step, arm];
}

function firstOf(arm: Arm): string {
  return arm.steps[0] ? stepKey(arm.steps[0].path) : placeKey(arm.path, 0);
}

/** The step that a line of the text belongs to: the last that begins on it or above; undefined above the first. */
export function stepOn(steps: Step[], line: number): Path | undefined {
  const all = spots(steps).flatMap((spot) => (spot.as === "step" && spot.step.line <= line ? [spot.step] : []));
  return all.sort((one, other) => one.line - other.line).at(-1)?.path;
}

/** Where an arrow leads from a spot; the same key where it leads nowhere. */
export function walk(steps: Step[], key: string, arrow: string): string {
  const all = spots(steps);
  const at = all.findIndex((spot) => keyOf(spot) === key);
  const spot = all[at];
  if (!spot) return START;
  if (arrow === "ArrowDown" || arrow === "ArrowUp") {
    const next = arrow === "ArrowDown" ? down(all, at) : up(steps, all, at);
    return next ? keyOf(next) : key;
  }
  if (arrow === "Home") return START;
  if (arrow === "End") return keyOf(all.at(-1) ?? spot);
  let here: Spot = spot;
  for (let found = around(steps, here); found; found = around(steps, here)) {
    const [step, arm] = found;
    const beside = step.arms[arm + (arrow === "ArrowRight" ? 1 : -1)];
    if (beside) return firstOf(beside);
    here = { as: "step", step };
  }
  return key;
}

/** Into the first arm, else on to what comes after, past the arms beside. */
function down(all: Spot[], at: number): Spot | undefined {
  const spot = all[at]!;
  if (spot.as === "start" || (spot.as === "step" && spot.step.arms.length)) return all[at + 1];
  for (let path = pathOf(spot); path.length > 1; path = path.slice(0, -1)) {
    const last = path.at(-1);
    if (typeof last !== "number") continue;
    const next = stepKey([...path.slice(0, -1), last + 1]);
    const found = all.find((one) => one.as === "step" && keyOf(one) === next);
    if (found) return found;
  }
  return undefined;
}

function up(steps: Step[], all: Spot[], at: number): Spot | undefined {
  const path = pathOf(all[at]!);
  const last = path.at(-1);
  if (typeof last === "number" && last > 0) {
    const before = stepKey([...path.slice(0, -1), last - 1]);
    return all.find((one) => keyOf(one) === before);
  }
  const found = around(steps, all[at]!);
  return found ? { as: "step", step: found[0] } : { as: "start" };
}
