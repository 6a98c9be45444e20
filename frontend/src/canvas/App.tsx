import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import type { Spot } from "../forms/types";
import { ask } from "../shared/page";
import { Around, nodeTypes, problemsOf, say } from "./Cards";
import { useDraft, type Saved } from "./draft";
import { layout } from "./layout";
import { Menu } from "./Menu";
import { Palette } from "./Palette";
import { HeaderPanel, StepPanel } from "./Panel";
import { Text } from "./Text";
import type { Data, Edit, Input, Kind, Numbers, Path, Problem, Step } from "./types";
import { find, keyOf, placeKey, START, stepKey, stepOn, walk } from "./walk";
import { Icon } from "../shared/Icon";

const NUMBERS_EVERY = 30_000;
// Forms bring the whole builder of rules along: only once one is opened.
const FormDialog = lazy(() => import("../forms/Dialog"));

export function App({ data }: { data: Data }) {
  return (
    <ReactFlowProvider>
      <Canvas data={data} />
    </ReactFlowProvider>
  );
}

function Canvas({ data }: { data: Data }) {
  const { texts } = data;
  const [said, setSaid] = useState("");
  const [chosen, setChosen] = useState(START);
  const [palette, setPalette] = useState<{ into: Path; index: number } | null>(null);
  const [filled, setFilled] = useState<Spot | null>(null);
  const [textShown, setTextShown] = useState(() => window.innerWidth > 1500);
  const [line, setLine] = useState<{ number: number; at: number } | null>(null);
  const [numbers, setNumbers] = useState<Numbers>({});
  const stage = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLElement>(null);
  const flow = useReactFlow();

  const tell = useCallback((words: string) => setSaid((before) => (before === words ? `${words}\u00a0` : words)), []);
  const refused = useCallback((words: string) => tell(say(texts.refused, words)), [tell, texts.refused]);
  const [waits, setWaits] = useState(data.waits);
  const draft = useDraft(data, refused, setWaits);
  const steps = draft.look.steps ?? [];
  const drawn = useMemo(() => layout(steps), [steps]);
  const spot = find(steps, chosen);
  const step = spot?.as === "step" ? spot.step : undefined;

  useEffect(() => {
    if (!find(steps, chosen)) setChosen(START);
  }, [chosen, steps]);

  /** Bring a spot into sight and, where the canvas is worked on, under the keyboard. */
  const show = useCallback(
    (key: string) => {
      // What has just been added is drawn a few frames later.
      let frames = 60;
      const look = () => {
        const node = flow.getNode(key);
        const box = stage.current?.getBoundingClientRect();
        const element = stage.current?.querySelector<HTMLElement>(`[data-key='${CSS.escape(key)}']`);
        if (!node || !box || !element || element.closest<HTMLElement>(".react-flow__node")?.style.visibility === "hidden") {
          if (frames-- > 0) requestAnimationFrame(look);
          return;
        }
        element.focus({ preventScroll: true });
        const at = element.getBoundingClientRect();
        if (at.top < box.top + 8 || at.bottom > box.bottom - 8 || at.left < box.left + 8 || at.right > box.right - 8) {
          const middle = { x: node.position.x + (node.width ?? 0) / 2, y: node.position.y + (node.height ?? 0) / 2 };
          void flow.setCenter(middle.x, middle.y, { zoom: flow.getZoom(), duration: 0 });
        }
      };
      requestAnimationFrame(look);
    },
    [flow],
  );

  const choose = useCallback(
    (key: string) => {
      setChosen(key);
      show(key);
    },
    [show],
  );

  useEffect(() => {
    const width = stage.current?.clientWidth ?? 800;
    const left = Math.min(...drawn.nodes.map((one) => one.position.x));
    const right = Math.max(...drawn.nodes.map((one) => one.position.x + (one.width ?? 0)));
    const zoom = Math.max(0.65, Math.min(1, (width - 32) / (right - left)));
    void flow.setViewport({ x: width / 2 - ((left + right) / 2) * zoom, y: 20, zoom });
    // Only once: afterwards the view is the reader's.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  /** Another page that lists problems leads to a line: `#line-7`. */
  useEffect(() => {
    const asked = /^#line-(\d+)$/.exec(window.location.hash);
    if (!asked) return;
    const number = Number(asked[1]);
    setTextShown(true);
    setLine({ number, at: Date.now() });
    const problem = data.draft.problems.find((one) => one.line === number);
    const path = problem?.path ?? stepOn(data.draft.steps ?? [], number);
    choose(path ? stepKey(path) : START);
    // Only once, where the page is opened.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => {
    if (!data.live && !data.simulated) return;
    const url = data.simulated ? `${data.urls.numbers}?simulation=${data.simulated.id}` : data.urls.numbers;
    const look = () =>
      ask<{ steps: Numbers }>(url).then(
        (told) => setNumbers(told.steps),
        () => undefined,
      );
    void look();
    const again = window.setInterval(look, NUMBERS_EVERY);
    return () => window.clearInterval(again);
  }, [data.live, data.simulated, data.urls.numbers]);

  const edit = async (edits: Edit[], words: string, name: string) => {
    const at = await draft.edit(edits);
    if (at) tell(say(words, name));
    return at;
  };

  const remove = async (gone: Step) => {
    const before = walk(steps, stepKey(gone.path), "ArrowUp");
    if (await edit([{ do: "delete", path: gone.path }], texts.deleted!, gone.text)) choose(before);
  };
  const double = async (one: Step) => {
    const at = await edit([{ do: "duplicate", path: one.path }], texts.doubled!, one.text);
    if (at) choose(stepKey(at));
  };
  const shift = async (one: Step, by: number) => {
    const into = one.path.slice(0, -1);
    const index = Number(one.path.at(-1)) + (by > 0 ? 2 : -1);
    const siblings = steps.length && find(steps, stepKey([...into, index - (by > 0 ? 1 : 0)]));
    if (!siblings) return;
    const at = await edit([{ do: "move", path: one.path, into, index }], texts.moved!, one.text);
    if (at) choose(stepKey(at));
  };
  const take = async (kind: Kind) => {
    if (!palette) return;
    const wish: Edit = { do: "insert", ...palette, value: kind.first };
    setPalette(null);
    const at = await edit([wish], texts.added!, kind.title);
    if (at) choose(stepKey(at));
  };
  const back = async (way: "undo" | "redo") => {
    if (await draft[way]()) tell(way === "undo" ? texts.undone! : texts.redone!);
    show(chosen);
  };
  /** On to a page that reads the draft: it is kept first. Where that fails, the status line says why. */
  const leave = (event: React.MouseEvent<HTMLAnchorElement>) => {
    if (draft.saved.as === "saved" || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const url = event.currentTarget.href;
    void draft.flush().then((kept) => {
      // Two frames later the page knows that nothing is unsaved, and does not ask.
      if (kept) requestAnimationFrame(() => requestAnimationFrame(() => window.location.assign(url)));
    });
  };
  const openPanel = (key: string) => {
    setChosen(key);
    requestAnimationFrame(() => panel.current?.querySelector<HTMLElement>("input, select, textarea")?.focus());
  };

  const pressed = (event: React.KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "z" && !target.closest(".cv-editor, input, textarea")) {
      event.preventDefault();
      void back(event.shiftKey ? "redo" : "undo");
      return;
    }
    if (!target.closest(".cv-stage") || palette) return;
    const done = keyed(event, control);
    if (done) event.preventDefault();
  };

  const keyed = (event: React.KeyboardEvent, control: boolean): boolean => {
    const arrow = event.key.startsWith("Arrow");
    if (event.altKey && arrow && step) {
      void shift(step, event.key === "ArrowDown" ? 1 : -1);
    } else if (arrow || event.key === "Home" || event.key === "End") {
      const next = walk(steps, chosen, event.key);
      choose(next);
      const there = find(steps, next);
      if (there?.as === "step") tell(say(texts.chosen, there.step.text));
    } else if (control && event.key.toLowerCase() === "d") {
      if (step) void double(step);
    } else if ((event.key === "Delete" || event.key === "Backspace") && step) {
      void remove(step);
    } else if (event.key === "+" || event.key === "Insert") {
      setPalette(placeAfter());
    } else if (event.key === "Enter" && spot?.as !== "place") {
      openPanel(chosen);
    } else return false;
    return true;
  };

  const placeAfter = (): { into: Path; index: number } => {
    if (spot?.as === "place") return { into: spot.into, index: 0 };
    if (step) return { into: step.path.slice(0, -1), index: Number(step.path.at(-1)) + 1 };
    return { into: ["steps"], index: 0 };
  };

  const goTo = (problem: Problem) => {
    if (problem.line) setLine({ number: problem.line, at: Date.now() });
    choose(problem.path ? stepKey(problem.path) : START);
  };

  const build = (path: Path, { name, label, required, form }: Input) =>
    setFilled({ path, name, label, required, kind: form! });
  const fill = async ({ path, name, label }: Spot, written: string | null) => {
    const change = written === null ? { without: [name] } : { written: { [name]: written } };
    return (await edit([{ do: "change", path, ...change }], texts.changed!, label)) !== null;
  };

  const around = {
    texts,
    header: draft.look.header,
    problems: draft.look.problems,
    numbers,
    chosen,
    choose: (key: string) => {
      if (key === chosen) return;
      const there = find(steps, key);
      if (there) setChosen(keyOf(there));
      if (there?.as === "step") setLine({ number: there.step.line, at: Date.now() });
    },
    open: openPanel,
    add: (into: Path, index: number) => setPalette({ into, index }),
  };
  const unreadable = draft.look.problems.length > 0 && data.draft && !draft.look.steps;

  return (
    <Around.Provider value={around}>
      <div className="cv-all" onKeyDown={pressed}>
        <div className="cv-bar">
          <button
            type="button"
            className="cv-tool"
            aria-expanded={textShown}
            onClick={() => setTextShown(!textShown)}
            title={textShown ? texts.hide_yaml : texts.show_yaml}
          >
            <Icon name="code" />
            {texts.yaml}
          </button>
          <Status saved={draft.saved} draft={draft} texts={texts} />
          <span className="cv-room" />
          {waits && (
            <a className="st-badge st-warning" href={data.urls.publish} title={waits}>
              <span className="material-symbols-outlined cv-sign" aria-hidden="true">
                approval
              </span>
              {texts.waits}
            </a>
          )}
          {data.live === 0 && data.published && <span className={`st-badge st-${data.status.tone}`}>{data.status.words}</span>}
          {data.simulated && (
            <a className="st-badge st-info" href={data.simulated.url} title={data.simulated.asked}>
              {texts.simulated}
            </a>
          )}
          {data.live > 0 && !data.simulated && (
            <span className="st-badge st-success" title={say(texts.looked_at, data.most)}>
              {say(texts.live, data.live)}
            </span>
          )}
          <button
            type="button"
            className="cv-tool"
            disabled={!draft.past.length}
            aria-label={texts.undo}
            title={texts.undo}
            onClick={() => back("undo")}
          >
            <Icon name="undo" />
          </button>
          <button
            type="button"
            className="cv-tool"
            disabled={!draft.future.length}
            aria-label={texts.redo}
            title={texts.redo}
            onClick={() => back("redo")}
          >
            <Icon name="redo" />
          </button>
          {data.urls.simulate && (
            <a className="st-button" href={data.urls.simulate} onClick={leave}>
              {texts.simulate}
            </a>
          )}
          {data.urls.publish && (
            <a className="st-button" href={data.urls.publish} onClick={leave}>
              {texts.publish}
            </a>
          )}
          {data.published && <Menu data={data} />}
        </div>
        <div className={`cv-rooms${textShown ? "" : " cv-folded"}`}>
          <section className="cv-text" aria-label={texts.yaml} hidden={!textShown}>
            <Text text={draft.text} label={texts.yaml!} problems={draft.look.problems} line={line} written={draft.write} />
          </section>
          <div className="cv-stage" ref={stage} role="group" aria-label={texts.canvas} aria-describedby="cv-keys">
            <ReactFlow
              nodes={drawn.nodes}
              edges={drawn.edges}
              nodeTypes={nodeTypes}
              nodesDraggable={false}
              nodesConnectable={false}
              nodesFocusable={false}
              edgesFocusable={false}
              elementsSelectable={false}
              disableKeyboardA11y
              deleteKeyCode={null}
              zoomOnDoubleClick={false}
              panOnScroll
              minZoom={0.2}
              maxZoom={1.6}
              attributionPosition="bottom-left"
            />
          </div>
          <aside className="cv-panel" ref={panel} aria-label={texts.panel}>
            {step ? (
              <StepPanel
                key={stepKey(step.path)}
                step={step}
                kind={data.kinds.find((one) => one.name === step.kind)}
                problems={problemsOf(draft.look.problems, step)}
                numbers={numbers[step.id]}
                texts={texts}
                edit={(edits) => void edit(edits, texts.changed!, step.text)}
                build={build}
                remove={() => void remove(step)}
                double={() => void double(step)}
              />
            ) : spot?.as === "start" && draft.look.header ? (
              <HeaderPanel
                inputs={data.header}
                fields={draft.look.header.fields}
                written={draft.look.header.written}
                problems={draft.look.problems.filter((one) => !one.path)}
                texts={texts}
                edit={(edits) => void edit(edits, texts.changed!, texts.journey!)}
                build={build}
              />
            ) : (
              <p className="cv-hint">{texts.nothing_chosen}</p>
            )}
            <p className="cv-hint" id="cv-keys">
              {texts.keys}
            </p>
          </aside>
        </div>
        <section className="cv-problems" aria-label={texts.problems}>
          {unreadable && <p>{texts.unreadable}</p>}
          {draft.look.problems.length ? (
            <ul>
              {draft.look.problems.map((one, index) => (
                <li key={index}>
                  <button type="button" className="cv-link" onClick={() => goTo(one)}>
                    {one.words}
                  </button>
                </li>
              ))}
            </ul>
          ) : (
            <p>
              <Icon name="check_circle" />
              {texts.no_problems}
            </p>
          )}
        </section>
        <div className="cv-said" role="status" aria-live="polite">
          {said}
        </div>
        {filled && (
          <Suspense fallback={null}>
            <FormDialog
              urls={data.urls}
              text={draft.text}
              spot={filled}
              texts={texts}
              done={(written) => fill(filled, written)}
              closed={() => setFilled(null)}
            />
          </Suspense>
        )}
        {palette && (
          <Palette
            kinds={data.kinds}
            texts={texts}
            taken={(kind) => void take(kind)}
            closed={() => {
              setPalette(null);
              show(find(steps, placeKey(palette.into, palette.index)) ? placeKey(palette.into, palette.index) : chosen);
            }}
          />
        )}
      </div>
    </Around.Provider>
  );
}

interface StatusProps {
  saved: Saved;
  draft: { theirs(): void; mine(): void };
  texts: Record<string, string>;
}

/** One line: what has become of the draft. It counts seconds for a minute. */
function Status({ saved, draft, texts }: StatusProps) {
  const [, tick] = useState(0);
  useEffect(() => {
    const again = window.setInterval(() => tick((before) => before + 1), 1000);
    return () => window.clearInterval(again);
  }, []);
  if (saved.as === "conflict") {
    const [who, when] = [saved.who, saved.when];
    return (
      <span className="cv-status cv-wrong" role="alert">
        {texts.conflict!.replace("%s", who).replace("%s", when)}
        <button type="button" className="st-button" onClick={draft.theirs}>
          {texts.take_theirs}
        </button>
        <button type="button" className="st-button" onClick={draft.mine}>
          {texts.keep_mine}
        </button>
      </span>
    );
  }
  return (
    <span className={`cv-status${saved.as === "failed" ? " cv-wrong" : ""}`}>
      {texts.draft} · {told(saved, texts)}
    </span>
  );
}

function told(saved: Saved, texts: Record<string, string>): string {
  if (saved.as === "failed") return say(texts.not_saved, saved.words);
  if (saved.as === "saving") return texts.saving!;
  if (saved.as !== "saved") return texts.unsaved!;
  const seconds = saved.at === null ? 3600 : Math.round((Date.now() - saved.at) / 1000);
  if (seconds < 2) return texts.saved_now!;
  return seconds < 60 ? say(texts.saved_ago, seconds) : texts.saved_long_ago!;
}
