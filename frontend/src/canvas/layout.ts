/** Lays steps out from top to bottom: the language is made of blocks, so each has a width and a height of its own. */
import type { Edge, Node } from "@xyflow/react";
import type { Arm, Path, Step } from "./types";
import { placeKey, START, stepKey } from "./walk";

export const CARD = { width: 272, height: 78 };
const START_HEIGHT = 64;
const PLUS = 26;
const LABEL = { width: 232, height: 30 };
const GAP = { x: 36, y: 14 };

export type Data =
  | { as: "start" }
  | { as: "end" }
  | { as: "step"; step: Step }
  | { as: "place"; into: Path; index: number; after: string; empty: boolean }
  | { as: "arm"; arm: Arm; of: string };

export type CanvasNode = Node<{ item: Data }>;

interface Drawing {
  nodes: CanvasNode[];
  edges: Edge[];
}

/** The width that a list of steps takes. */
function widthOf(steps: Step[]): number {
  return Math.max(CARD.width, ...steps.map(blockWidth));
}

function blockWidth(step: Step): number {
  const arms = step.arms.map((arm) => widthOf(arm.steps));
  return Math.max(CARD.width, arms.reduce((sum, one) => sum + one, 0) + GAP.x * Math.max(arms.length - 1, 0));
}

export function layout(steps: Step[]): Drawing {
  const drawing: Drawing = { nodes: [], edges: [] };
  put(drawing, START, { as: "start" }, 0, 0, CARD.width, START_HEIGHT);
  const [y, last] = list(drawing, steps, ["steps"], 0, START_HEIGHT + GAP.y, [START], "");
  put(drawing, "end", { as: "end" }, 0, y, 160, 32);
  last.forEach((from) => join(drawing, from, "end"));
  return drawing;
}

/** Draws a list around the middle `x` from `y` on; answers where it ends, and what the way on comes from. */
function list(
  drawing: Drawing,
  steps: Step[],
  into: Path,
  x: number,
  y: number,
  from: string[],
  name: string,
): [number, string[]] {
  for (let index = 0; index <= steps.length; index++) {
    const plus = placeKey(into, index);
    const after = steps[index - 1]?.text ?? name;
    put(drawing, plus, { as: "place", into, index, after, empty: !steps.length }, x, y, PLUS, PLUS);
    from.forEach((one) => join(drawing, one, plus));
    y += PLUS + GAP.y;
    from = [plus];
    const step = steps[index];
    if (step) [y, from] = block(drawing, step, x, y, plus);
  }
  return [y, from];
}

function block(drawing: Drawing, step: Step, x: number, y: number, from: string): [number, string[]] {
  const key = stepKey(step.path);
  put(drawing, key, { as: "step", step }, x, y, CARD.width, CARD.height);
  join(drawing, from, key);
  y += CARD.height + GAP.y;
  if (!step.arms.length) return [y, [key]];
  let left = x - armsWidth(step) / 2;
  let bottom = y;
  const ends: string[] = [];
  y += GAP.y;
  for (const arm of step.arms) {
    const width = widthOf(arm.steps);
    const middle = left + width / 2;
    const label = `arm:${JSON.stringify(arm.path)}`;
    put(drawing, label, { as: "arm", arm, of: step.id }, middle, y, LABEL.width, LABEL.height);
    join(drawing, key, label);
    const [end, last] = list(drawing, arm.steps, arm.path, middle, y + LABEL.height + GAP.y, [label], arm.name);
    ends.push(...last);
    bottom = Math.max(bottom, end);
    left += width + GAP.x;
  }
  // A choice without an "otherwise" and the like also lets people pass.
  return [bottom + GAP.y, ends];
}

function armsWidth(step: Step): number {
  return step.arms.reduce((sum, arm) => sum + widthOf(arm.steps), 0) + GAP.x * (step.arms.length - 1);
}

function put(
  drawing: Drawing,
  id: string,
  item: Data,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  drawing.nodes.push({
    id,
    type: item.as,
    data: { item },
    position: { x: x - width / 2, y },
    width,
    height,
    draggable: false,
    selectable: false,
    focusable: false,
  });
}

function join(drawing: Drawing, source: string, target: string): void {
  // A way that is joined by others bends right above where they meet: not across what stands beside it.
  const [from, to] = [source, target].map((key) => drawing.nodes.find((one) => one.id === key));
  const far = to && from ? to.position.y - from.position.y - (from.height ?? 0) : 0;
  const stepPosition = far > 4 * GAP.y ? 1 - (1.5 * GAP.y) / far : 0.5;
  const edge = { id: `${source}>${target}`, source, target, type: "smoothstep", focusable: false };
  drawing.edges.push({ ...edge, pathOptions: { stepPosition } } as Edge);
}
