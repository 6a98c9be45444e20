/** As whom the messages are shown: a customer, looked for by name, number, address or external id. */
import { useEffect, useId, useRef, useState } from "react";
import { ask, wordsOf } from "../shared/page";
import type { Person } from "./types";

interface Props {
  now: Person | undefined;
  url: string;
  may: boolean;
  texts: Record<string, string>;
  chosen(id: number): void;
}

export function People({ now, url, may, texts, chosen }: Props) {
  const [looked, setLooked] = useState("");
  const [found, setFound] = useState<Person[] | null>(null);
  const [at, setAt] = useState(0);
  const [wrong, setWrong] = useState("");
  const last = useRef("");
  const id = useId();

  useEffect(() => {
    last.current = looked;
    setWrong("");
    if (!looked.trim()) return setFound(null);
    const timer = window.setTimeout(() => {
      ask<{ people: Person[] }>(url, { words: looked }).then(
        (told) => {
          if (last.current !== looked) return;
          setFound(told.people);
          setAt(0);
        },
        (error: unknown) => setWrong(wordsOf(error)),
      );
    }, 250);
    return () => window.clearTimeout(timer);
  }, [looked, url]);

  const take = (person: Person | undefined) => {
    if (!person) return;
    chosen(person.id);
    setLooked("");
  };
  const pressed = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") setLooked("");
    else if (event.key === "Enter") take(found?.[at]);
    else if (event.key === "ArrowDown") setAt(Math.min(at + 1, (found?.length ?? 1) - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else return;
    event.preventDefault();
  };

  return (
    <div className="te-people">
      <p>
        {texts.shown_as} <strong>{now?.name ?? "…"}</strong> <span className="te-hint">{now?.about}</span>
      </p>
      {may && (
        <div className="te-search">
          <label className="te-unseen" htmlFor={id}>
            {texts.somebody_else}
          </label>
          <input
            id={id}
            type="search"
            role="combobox"
            aria-expanded={found !== null}
            aria-controls={`${id}-list`}
            aria-activedescendant={found?.length ? `${id}-${at}` : undefined}
            aria-autocomplete="list"
            placeholder={texts.somebody_else}
            title={texts.searched}
            value={looked}
            onChange={(event) => setLooked(event.target.value)}
            onKeyDown={pressed}
          />
          {(found !== null || wrong) && (
            <ul id={`${id}-list`} role="listbox" aria-label={texts.somebody_else}>
              {wrong && <li className="te-hint">{wrong}</li>}
              {found?.length === 0 && <li className="te-hint">{texts.nobody_found}</li>}
              {found?.map((person, index) => (
                <li key={person.id} id={`${id}-${index}`} role="option" aria-selected={index === at} onMouseDown={() => take(person)}>
                  {person.name} <span className="te-hint">{person.about}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}
