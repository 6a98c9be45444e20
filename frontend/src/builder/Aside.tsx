/** Whom the rule concerns: how many, some of them, and whether somebody in particular. */
import { useId, useState } from "react";
import type { Answer, Count, Texts } from "./types";

interface Props {
  texts: Texts;
  count: Count | null;
  busy: boolean;
  wrong: boolean;
  asks: boolean;
  answer: Answer | null;
  question(who: string): void;
}

export function Aside({ texts, count, busy, wrong, asks, answer, question }: Props) {
  const id = useId();
  const [who, setWho] = useState("");
  return (
    <aside className="bd-aside" aria-label={texts.who}>
      <section className="st-card" aria-live="polite" aria-busy={busy}>
        <h2>{texts.who}</h2>
        {count?.slow ? (
          <p>{count.slow}</p>
        ) : count?.headline ? (
          <>
            <p className="bd-count">{count.headline}</p>
            <p className="cv-hint">{count.detail}</p>
          </>
        ) : (
          <p className="cv-hint">{wrong ? texts.mend : busy ? texts.counting : texts.empty}</p>
        )}
      </section>
      {asks && count?.headline && (
        <section className="st-card">
          <h2>{texts.examples}</h2>
          {count.people?.length ? (
            <ul className="bd-people">
              {count.people.map((one) => (
                <li key={one.url}>
                  <a className="st-link" href={one.url} target="_blank" rel="noreferrer">
                    {one.name}
                  </a>{" "}
                  {one.id !== one.name && <span className="cv-hint">{one.id}</span>}
                </li>
              ))}
            </ul>
          ) : (
            <p className="cv-hint">{texts.no_examples}</p>
          )}
        </section>
      )}
      {asks && (
        <section className="st-card">
          <h2>{texts.ask}</h2>
          <form
            className="bd-ask"
            onSubmit={(event) => {
              event.preventDefault();
              question(who);
            }}
          >
            <label htmlFor={id}>{texts.ask_hint}</label>
            <div>
              <input id={id} className="bd-input" value={who} autoComplete="off" spellCheck={false} onChange={(event) => setWho(event.target.value)} />
              <button type="submit" className="st-button">
                {texts.ask_button}
              </button>
            </div>
          </form>
          <div role="status">
            {answer && (
              <p className="bd-answer">
                {answer.whole !== undefined && answer.whole !== null && (
                  <span className={`material-symbols-outlined ${answer.whole ? "bd-yes" : "bd-no"}`} aria-hidden="true">
                    {answer.whole ? "check_circle" : "cancel"}
                  </span>
                )}
                {answer.url ? (
                  <a className="st-link" href={answer.url} target="_blank" rel="noreferrer">
                    {answer.said}
                  </a>
                ) : (
                  answer.nobody
                )}
              </p>
            )}
          </div>
        </section>
      )}
    </aside>
  );
}
