import { useId, useState } from "react";
import { Text } from "../canvas/Text";
import { Aside } from "./Aside";
import { useRule, type Saved } from "./draft";
import { Around } from "./Leaf";
import { Tree } from "./Tree";
import type { Data, Texts } from "./types";
import { Icon } from "../shared/Icon";

export function App({ data }: { data: Data }) {
  const { texts, known } = data;
  const rule = useRule(data);
  const [textShown, setTextShown] = useState(false);
  const [line, setLine] = useState<{ number: number; at: number } | null>(null);
  const unsaid = !rule.tree.rules.length && !rule.text.trim();
  const { problems } = rule.look;
  return (
    <Around.Provider value={{ texts, operators: data.operators, known, look: rule.look, count: rule.count, answer: rule.answer }}>
      <div className="bd-bar st-card">
        <Names rule={rule} texts={texts} />
        <Status saved={rule.saved} settle={rule.settle} texts={texts} used={data.used} />
        <button type="button" className="st-button" disabled={rule.saved.as === "saving"} onClick={() => void rule.save()}>
          <Icon name="save" />
          {rule.saved.as === "saving" ? texts.saving : texts.save}
        </button>
      </div>
      <div className="bd-rooms">
        <div className="bd-main">
          <section className="st-card" aria-label={texts.rule}>
            <div className="bd-head">
              <h2>{texts.rule}</h2>
              <button type="button" className="cv-tool" aria-expanded={textShown} onClick={() => setTextShown(!textShown)}>
                <Icon name="code" />
                {textShown ? texts.hide_yaml : texts.show_yaml}
              </button>
            </div>
            <div className={textShown ? "bd-both" : ""}>
              <Tree texts={texts} known={known} tree={rule.tree} draw={rule.draw} />
              {textShown && (
                <div className="bd-text">
                  <Text
                    text={rule.text}
                    label={texts.yaml!}
                    problems={problems.map((one) => ({ ...one, path: null, field: "" }))}
                    line={line}
                    written={rule.write}
                  />
                </div>
              )}
            </div>
            {unsaid && <p className="cv-hint">{texts.empty}</p>}
          </section>
          {rule.look.whole && !unsaid && (
            <section className="st-card">
              <h2>{texts.in_words}</h2>
              <p className="bd-whole">{rule.look.whole}</p>
            </section>
          )}
          {(problems.length > 0 || rule.failed) && (
            <section className="st-card" role="alert">
              <h2>{texts.problems}</h2>
              <ul className="bd-problems">
                {rule.failed && <li className="cv-wrong">{rule.failed}</li>}
                {problems.map((one, index) => (
                  <li key={index}>
                    <button
                      type="button"
                      className="cv-link cv-wrong"
                      onClick={() => {
                        setTextShown(true);
                        if (one.line) setLine({ number: one.line, at: Date.now() });
                      }}
                    >
                      {one.words}
                    </button>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
        <Aside
          texts={texts}
          count={unsaid ? null : rule.count}
          busy={rule.busy}
          wrong={problems.length > 0}
          asks={data.asks}
          answer={rule.answer}
          question={(who) => void rule.question(who)}
        />
      </div>
    </Around.Provider>
  );
}

function Names({ rule, texts }: { rule: ReturnType<typeof useRule>; texts: Texts }) {
  const id = useId();
  return (
    <div className="bd-names">
      <div className="cv-field">
        <label htmlFor={`${id}-name`}>{texts.name}</label>
        <input id={`${id}-name`} value={rule.title} maxLength={200} autoComplete="off" onChange={(event) => rule.named(event.target.value)} />
      </div>
      <div className="cv-field">
        <label htmlFor={`${id}-key`}>{texts.key}</label>
        <input
          id={`${id}-key`}
          className="st-mono"
          value={rule.key}
          maxLength={63}
          readOnly={rule.id !== null}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}-hint`}
          onChange={(event) => rule.keyedAs(event.target.value)}
        />
      </div>
      <p className="cv-hint" id={`${id}-hint`}>
        {rule.id === null ? texts.key_hint : texts.key_fixed}
      </p>
    </div>
  );
}

interface StatusProps {
  saved: Saved;
  settle(take: boolean): void;
  texts: Texts;
  used: string;
}

function Status({ saved, settle, texts, used }: StatusProps) {
  if (saved.as === "conflict") {
    return (
      <span className="cv-status cv-wrong" role="alert">
        {saved.words}
        <button type="button" className="st-button" onClick={() => settle(true)}>
          {texts.take_theirs}
        </button>
        <button type="button" className="st-button" onClick={() => settle(false)}>
          {texts.keep_mine}
        </button>
      </span>
    );
  }
  return (
    <span className={`cv-status${saved.as === "failed" ? " cv-wrong" : ""}`} role="status">
      {saved.as === "failed" && saved.words}
      {saved.as === "unsaved" && (
        <>
          {texts.unsaved}
          {used && (
            <a className="st-link" href="#uses">
              {used}
            </a>
          )}
        </>
      )}
      {saved.as === "saved" && (
        <>
          {texts.saved}{" "}
          <a className="st-link" href={saved.url}>
            {texts.open_segment}
          </a>
        </>
      )}
    </span>
  );
}
