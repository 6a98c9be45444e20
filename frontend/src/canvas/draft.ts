/** The draft while it is worked on: its text, what the server says of it, what can be undone, and whether it is kept. */
import { useCallback, useRef, useState } from "react";
import { ask, Refused, wordsOf } from "../shared/page";
import { useLeaving } from "../shared/leaving";
import type { Data, Edit, Edited, Look, Path } from "./types";

export type Saved =
  | { as: "saved"; at: number | null }
  | { as: "unsaved" }
  | { as: "saving" }
  | { as: "failed"; words: string }
  | { as: "conflict"; who: string; when: string; text: string; revision: string };

const SAVE_AFTER = 1200;
const CHECK_AFTER = 350;

export interface Draft {
  text: string;
  look: Look;
  saved: Saved;
  past: string[];
  future: string[];
  edit(edits: Edit[]): Promise<Path | null>;
  write(text: string): void;
  undo(): Promise<boolean>;
  redo(): Promise<boolean>;
  theirs(): void;
  mine(): void;
  /** Keep the draft now; answers whether the server has it as it stands here. */
  flush(): Promise<boolean>;
}

export function useDraft(data: Data, refused: (words: string) => void, waits: (words: string) => void): Draft {
  const [text, setText] = useState(data.draft.text);
  const [look, setLook] = useState<Look>(data.draft);
  const [saved, setSaved] = useState<Saved>({ as: "saved", at: null });
  const [past, setPast] = useState<string[]>([]);
  const [future, setFuture] = useState<string[]>([]);
  const now = useRef(data.draft.text);
  const revision = useRef(data.draft.revision);
  const saving = useRef(0);
  const checking = useRef(0);
  const typed = useRef(0);
  const busy = useRef<Promise<unknown>>(Promise.resolve());
  const stuck = useRef(false);

  const save = useCallback(async (): Promise<boolean> => {
    if (stuck.current) return false;
    setSaved({ as: "saving" });
    const sent = now.current;
    try {
      const told = await ask<{ revision: string; waits: string }>(data.urls.save, { text: sent, revision: revision.current });
      revision.current = told.revision;
      waits(told.waits);
      setSaved(sent === now.current ? { as: "saved", at: Date.now() } : { as: "unsaved" });
      return sent === now.current;
    } catch (error) {
      if (error instanceof Refused && error.status === 409) {
        stuck.current = true;
        const body = error.body as { who: string; when: string; text: string; revision: string };
        setSaved({ as: "conflict", ...body });
      } else setSaved({ as: "failed", words: wordsOf(error) });
      return false;
    }
  }, [data.urls.save, waits]);

  const keep = useCallback(() => {
    if (!stuck.current) setSaved({ as: "unsaved" });
    window.clearTimeout(saving.current);
    saving.current = window.setTimeout(() => {
      busy.current = busy.current.then(save);
    }, SAVE_AFTER);
  }, [save]);

  const show = useCallback((next: string, seen: Look) => {
    now.current = next;
    setText(next);
    // What cannot be read leaves the picture as it was; its problems are shown.
    setLook((before) => (seen.steps ? seen : { ...before, problems: seen.problems }));
  }, []);

  const remember = (was: string) => {
    setPast((before) => [...before.slice(-199), was]);
    setFuture([]);
  };

  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = busy.current.then(act, act);
    busy.current = done.catch(() => undefined);
    return done;
  };

  const edit = (edits: Edit[]) =>
    inTurn(async () => {
      const was = now.current;
      let told: Edited | undefined;
      try {
        let written = was;
        for (const one of edits) {
          told = await ask<Edited>(data.urls.edit, { text: written, edit: one });
          written = told.text;
        }
      } catch (error) {
        refused(wordsOf(error));
        return null;
      }
      if (!told) return null;
      if (told.text !== was) {
        remember(was);
        show(told.text, told);
        keep();
      }
      return told.chosen;
    });

  const check = useCallback(async () => {
    const sent = now.current;
    try {
      const seen = await ask<Look>(data.urls.check, { text: sent });
      if (sent === now.current) show(sent, seen);
    } catch (error) {
      refused(wordsOf(error));
    }
  }, [data.urls.check, refused, show]);

  const write = (next: string) => {
    if (next === now.current) return;
    if (Date.now() - typed.current > 1000) remember(now.current);
    typed.current = Date.now();
    now.current = next;
    setText(next);
    window.clearTimeout(checking.current);
    checking.current = window.setTimeout(check, CHECK_AFTER);
    keep();
  };

  const goTo = async (next: string) => {
    now.current = next;
    setText(next);
    typed.current = 0;
    await check();
    keep();
  };

  const undo = () =>
    inTurn(async () => {
      const before = past.at(-1);
      if (before === undefined) return false;
      setFuture((after) => [...after, now.current]);
      setPast(past.slice(0, -1));
      await goTo(before);
      return true;
    });

  const redo = () =>
    inTurn(async () => {
      const after = future.at(-1);
      if (after === undefined) return false;
      setPast((before) => [...before, now.current]);
      setFuture(future.slice(0, -1));
      await goTo(after);
      return true;
    });

  const settle = (conflict: Saved, take: boolean) => {
    if (conflict.as !== "conflict") return;
    revision.current = conflict.revision;
    stuck.current = false;
    if (take) {
      remember(now.current);
      now.current = conflict.text;
      setText(conflict.text);
      setSaved({ as: "saved", at: null });
      void check();
    } else void inTurn(save);
  };

  const flush = () => {
    if (saved.as === "saved") return Promise.resolve(true);
    window.clearTimeout(saving.current);
    return inTurn(save);
  };

  useLeaving(saved.as !== "saved");

  const [theirs, mine] = [() => settle(saved, true), () => settle(saved, false)];
  return { text, look, saved, past, future, edit, write, undo, redo, theirs, mine, flush };
}
