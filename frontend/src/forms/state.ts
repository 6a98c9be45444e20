/** A value while it is changed in its form: what the server says of it, and how it is written when that is done. */
import { useCallback, useEffect, useRef, useState } from "react";
import { ask, wordsOf } from "../shared/page";
import type { Form, Names, Spot, Told } from "./types";

const LOOK_AFTER = 250;
let known: Promise<Names> | null = null;

/** What forms complete: asked for once, when the first one is opened. */
function namesOf(url: string): Promise<Names> {
  known ??= ask<Names>(url);
  known.catch(() => {
    known = null;
  });
  return known;
}

export function useForm(urls: { names: string; form: string }, text: string, spot: Spot) {
  const [names, setNames] = useState<Names | null>(null);
  const [form, setForm] = useState<Form | null>(null);
  const [told, setTold] = useState<Told | null>(null);
  const [failed, setFailed] = useState("");
  const now = useRef<Form | null>(null);
  const begun = useRef<string | null>(null);
  const turn = useRef(0);
  const timer = useRef(0);
  const about = useRef({ text, path: spot.path, name: spot.name, kind: spot.kind });

  useEffect(() => {
    let gone = false;
    Promise.all([namesOf(urls.names), ask<Told>(urls.form, about.current)]).then(
      ([all, first]) => {
        if (gone) return;
        now.current = first.form!;
        begun.current = first.written;
        setNames(all);
        setForm(first.form!);
        setTold(first);
      },
      (error: unknown) => !gone && setFailed(wordsOf(error)),
    );
    return () => {
      gone = true;
      window.clearTimeout(timer.current);
    };
  }, [urls]);

  const look = useCallback(async (): Promise<Told | null> => {
    const mine = ++turn.current;
    try {
      const next = await ask<Told>(urls.form, { ...about.current, form: now.current });
      if (mine === turn.current) {
        setTold(next);
        setFailed("");
      }
      return next;
    } catch (error) {
      if (mine === turn.current) setFailed(wordsOf(error));
      return null;
    }
  }, [urls]);

  const draw = useCallback(
    (next: Form) => {
      now.current = next;
      setForm(next);
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(look, LOOK_AFTER);
    },
    [look],
  );

  /** What is to be written now; undefined where nothing has changed or nothing can be. */
  const finish = async (): Promise<{ written: string | null; same: boolean } | undefined> => {
    window.clearTimeout(timer.current);
    const last = await look();
    if (!last) return undefined;
    return { written: last.written, same: last.written === begun.current };
  };
  return { names, form, told, failed, setFailed, draw, finish };
}
