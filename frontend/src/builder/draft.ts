/** The rule while it is written: as a tree and as a text that follow each other, counted, asked about, and kept. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { RuleGroupType } from "react-querybuilder";
import { ask, Refused, wordsOf } from "../shared/page";
import { useLeaving } from "../shared/leaving";
import type { Answer, Count, Data, Look } from "./types";

const LOOK_AFTER = 250;
const EMPTY: RuleGroupType = { id: "r", combinator: "all", rules: [], bare: true } as RuleGroupType;

export type Saved =
  | { as: "kept" }
  | { as: "unsaved" }
  | { as: "saving" }
  | { as: "saved"; url: string }
  | { as: "failed"; words: string }
  | { as: "conflict"; words: string; title: string; text: string; revision: string };

/** What is asked about: the tree with the text to be changed, or the text alone. */
interface Asked {
  text: string;
  tree?: RuleGroupType;
}

export function useRule(data: Data) {
  const [tree, setTree] = useState<RuleGroupType>(data.draft.tree ?? EMPTY);
  const [look, setLook] = useState<Look>(data.draft);
  const [text, setText] = useState(data.draft.text);
  const [title, setTitle] = useState(data.title);
  const [key, setKey] = useState(data.key);
  const [id, setId] = useState(data.id);
  const [count, setCount] = useState<Count | null>(null);
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [saved, setSaved] = useState<Saved>({ as: "kept" });
  const [failed, setFailed] = useState("");
  const revision = useRef(data.revision);
  const asked = useRef<Asked>({ text: data.draft.text });
  const who = useRef("");
  const turn = useRef(0);
  const timer = useRef(0);
  const keyed = useRef(key);
  keyed.current = key;

  const put = useCallback(
    async (body: Asked, mine: number) => {
      const sent = { ...body, key: keyed.current };
      if (!body.text.trim() && !body.tree?.rules.length) {
        setCount(null);
        setAnswer(null);
        return;
      }
      setBusy(true);
      const wish = who.current ? ask<Answer>(data.urls.ask, { ...sent, who: who.current }) : null;
      try {
        const told = await ask<Count>(data.urls.count, sent);
        if (mine === turn.current) setCount(told);
        const found = wish && (await wish);
        if (found && mine === turn.current) setAnswer(found);
      } catch (error) {
        if (mine === turn.current) setFailed(wordsOf(error));
      }
      if (mine === turn.current) setBusy(false);
    },
    [data.urls],
  );

  const see = useCallback(async () => {
    const mine = ++turn.current;
    const body = asked.current;
    try {
      const told = await ask<Look>(data.urls.look, { ...body, key: keyed.current });
      if (mine !== turn.current) return;
      setFailed("");
      setLook((before) => (told.tree || body.tree ? told : { ...before, problems: told.problems }));
      if (told.tree) setTree(told.tree);
      if (body.tree) {
        setText(told.text);
        asked.current = { tree: body.tree, text: told.text };
      }
      await put(asked.current, mine);
    } catch (error) {
      if (mine === turn.current) setFailed(wordsOf(error));
    }
  }, [data.urls.look, put]);

  const later = () => {
    setSaved((before) => (before.as === "conflict" ? before : { as: "unsaved" }));
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(see, LOOK_AFTER);
  };
  const draw = (next: RuleGroupType) => {
    setTree(next);
    asked.current = { tree: next, text: asked.current.text };
    later();
  };
  const write = (next: string) => {
    setText(next);
    asked.current = { text: next };
    later();
  };
  const question = async (written: string) => {
    who.current = written.trim();
    if (!who.current) return setAnswer(null);
    try {
      setAnswer(await ask<Answer>(data.urls.ask, { ...asked.current, key, who: who.current }));
    } catch (error) {
      setFailed(wordsOf(error));
    }
  };

  const save = async () => {
    setSaved({ as: "saving" });
    const body = { ...asked.current, id, key, title, revision: revision.current };
    try {
      const told = await ask<{ id: number; revision: string; url: string; builder: string }>(data.urls.save, body);
      revision.current = told.revision;
      if (id === null) window.history.replaceState(null, "", told.builder);
      setId(told.id);
      setSaved({ as: "saved", url: told.url });
    } catch (error) {
      if (error instanceof Refused && error.status === 409) {
        const now = error.body as { title: string; text: string; revision: string };
        setSaved({ as: "conflict", words: wordsOf(error), ...now });
      } else setSaved({ as: "failed", words: wordsOf(error) });
    }
  };
  const settle = (take: boolean) => {
    if (saved.as !== "conflict") return;
    revision.current = saved.revision;
    if (!take) return void save();
    setTitle(saved.title);
    setText(saved.text);
    asked.current = { text: saved.text };
    setSaved({ as: "kept" });
    void see();
  };

  useEffect(() => {
    void put(asked.current, turn.current);
  }, [put]);
  useLeaving(saved.as !== "kept" && saved.as !== "saved");

  const named = (next: string) => {
    setTitle(next);
    if (id === null && key === slug(title)) setKey(slug(next));
    setSaved({ as: "unsaved" });
  };
  const keyedAs = (next: string) => {
    setKey(next);
    setSaved({ as: "unsaved" });
  };
  return { tree, look, text, title, key, id, count, busy, answer, saved, failed, draw, write, question, save, settle, named, keyedAs };
}

/** A key of a name: "Złoci klienci" is zloci_klienci. */
export function slug(title: string): string {
  const plain = title.toLowerCase().replaceAll("ł", "l").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const words = plain.replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 63);
  return /^[0-9]/.test(words) ? `s_${words}`.slice(0, 63) : words;
}
