/** The draft while it is written: its parts, how they look for the chosen customer, and whether they are kept. */
import { useCallback, useEffect, useRef, useState } from "react";
import { ask, Refused, wordsOf } from "../shared/page";
import { useLeaving } from "../shared/leaving";
import type { Data, Draft, Look, Parts } from "./types";

export type Saved =
  | { as: "saved"; at: number | null }
  | { as: "unsaved" }
  | { as: "saving" }
  | { as: "failed"; words: string }
  | { as: "conflict"; who: string; when: string; parts: Parts; revision: string };

const SAVE_AFTER = 1200;
const LOOK_AFTER = 400;

export function useDraft(data: Data) {
  const [parts, setParts] = useState(data.draft.parts);
  const [drafted, setDrafted] = useState(data.draft.drafted);
  const [saved, setSaved] = useState<Saved>({ as: "saved", at: null });
  const [look, setLook] = useState<Look | null>(null);
  const [wrong, setWrong] = useState("");
  const [customer, setCustomer] = useState<number | null>(null);
  const now = useRef(parts);
  const person = useRef<number | null>(null);
  const revision = useRef(data.draft.revision);
  const timers = useRef({ save: 0, look: 0 });
  const asked = useRef(0);
  const busy = useRef<Promise<unknown>>(Promise.resolve());
  const stuck = useRef(false);
  const failed = useRef(false);

  const see = useCallback(async () => {
    const number = ++asked.current;
    try {
      const seen = await ask<Look>(data.urls.look!, { parts: now.current, customer: person.current });
      if (number !== asked.current) return;
      setLook(seen);
      setWrong("");
    } catch (error) {
      if (number === asked.current) setWrong(wordsOf(error));
    }
  }, [data.urls.look]);

  const save = useCallback(async () => {
    if (stuck.current) return;
    const sent = now.current;
    setSaved({ as: "saving" });
    try {
      const body = { parts: sent, revision: revision.current };
      const told = await ask<{ revision: string; drafted: boolean }>(data.urls.save!, body);
      revision.current = told.revision;
      setDrafted(told.drafted);
      setSaved(sent === now.current ? { as: "saved", at: Date.now() } : { as: "unsaved" });
    } catch (error) {
      if (error instanceof Refused && error.status === 409) {
        stuck.current = true;
        setSaved({ as: "conflict", ...(error.body as { who: string; when: string; parts: Parts; revision: string }) });
      } else {
        failed.current = true;
        setSaved({ as: "failed", words: wordsOf(error) });
      }
    }
  }, [data.urls.save]);

  const inTurn = useCallback((act: () => Promise<unknown>) => {
    busy.current = busy.current.then(act, act);
    return busy.current;
  }, []);

  const show = useCallback((next: Parts) => {
    now.current = next;
    setParts(next);
  }, []);

  const write = useCallback(
    (next: Parts) => {
      show(next);
      window.clearTimeout(timers.current.look);
      timers.current.look = window.setTimeout(() => void see(), LOOK_AFTER);
      if (stuck.current) return;
      setSaved({ as: "unsaved" });
      window.clearTimeout(timers.current.save);
      timers.current.save = window.setTimeout(() => void inTurn(save), SAVE_AFTER);
    },
    [inTurn, save, see, show],
  );

  /** Keep what is not kept yet; answers its revision, "" where it could not be kept. */
  const settle = useCallback(async () => {
    window.clearTimeout(timers.current.save);
    failed.current = false;
    await inTurn(save);
    return stuck.current || failed.current ? "" : revision.current;
  }, [inTurn, save]);

  /** Go on from what the server has. */
  const take = useCallback(
    (draft: Draft) => {
      window.clearTimeout(timers.current.save);
      revision.current = draft.revision;
      stuck.current = false;
      setDrafted(draft.drafted);
      setSaved({ as: "saved", at: null });
      show(draft.parts);
      void see();
    },
    [see, show],
  );

  const choose = useCallback(
    (id: number) => {
      person.current = id;
      setCustomer(id);
      void see();
    },
    [see],
  );

  const theirs = () => {
    if (saved.as === "conflict") take({ parts: saved.parts, revision: saved.revision, drafted: true });
  };
  const mine = () => {
    if (saved.as !== "conflict") return;
    revision.current = saved.revision;
    stuck.current = false;
    void inTurn(save);
  };

  useEffect(() => void see(), [see]);
  useLeaving(saved.as !== "saved");

  return { parts, look, wrong, saved, drafted, customer, write, choose, take, settle, theirs, mine };
}
