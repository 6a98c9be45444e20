/** Which step to add: a list to search, by mouse or with the arrows. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { Kind } from "./types";
import { Icon } from "../shared/Icon";

interface Props {
  kinds: Kind[];
  texts: Record<string, string>;
  taken(kind: Kind): void;
  closed(): void;
}

export function Palette({ kinds, texts, taken, closed }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const found = useMemo(() => {
    const plain = (words: string) =>
      words.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/ł/g, "l");
    return kinds.filter((one) => plain(`${one.title} ${one.name}`).includes(plain(asked.trim())));
  }, [asked, kinds]);
  const chosen = found[Math.min(at, found.length - 1)];

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const pressed = (event: React.KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && found.length) {
      event.preventDefault();
      setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      taken(chosen);
    }
    event.stopPropagation();
  };

  return (
    <dialog
      ref={dialog}
      className="cv-palette"
      aria-label={texts.palette}
      onKeyDown={pressed}
      onClose={closed}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <input
        type="text"
        role="combobox"
        autoFocus
        aria-label={texts.search}
        placeholder={texts.search}
        aria-expanded="true"
        aria-controls="cv-kinds"
        aria-activedescendant={chosen ? `cv-kind-${chosen.name}` : undefined}
        value={asked}
        onChange={(event) => {
          setAsked(event.target.value);
          setAt(0);
        }}
      />
      <div id="cv-kinds" role="listbox" aria-label={texts.palette} tabIndex={-1}>
        {found.map((kind) => (
          <div
            key={kind.name}
            id={`cv-kind-${kind.name}`}
            role="option"
            aria-selected={kind === chosen}
            ref={(row) => {
              if (kind === chosen) row?.scrollIntoView({ block: "nearest" });
            }}
            onClick={() => taken(kind)}
          >
            <Icon name={kind.icon} />
            <span>{kind.title}</span>
            <code>{kind.name}</code>
          </div>
        ))}
      </div>
      {!found.length && <p role="status">{texts.nothing_found}</p>}
    </dialog>
  );
}
