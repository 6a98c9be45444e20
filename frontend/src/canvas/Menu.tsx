import { useEffect, useRef } from "react";
import { tokenOf } from "../shared/page";
import type { Data } from "./types";
import { Icon } from "../shared/Icon";

/** What is done to a journey that runs: paused, stopped, its people moved; and the way to its versions. */
export function Menu({ data }: { data: Data }) {
  const { texts, urls } = data;
  const box = useRef<HTMLDetailsElement>(null);

  useEffect(() => {
    const close = (focus: boolean) => {
      if (!box.current?.open) return;
      box.current.open = false;
      if (focus) box.current.querySelector("summary")?.focus();
    };
    const pressed = (event: KeyboardEvent) => event.key === "Escape" && close(true);
    const clicked = (event: MouseEvent) => {
      if (!box.current?.contains(event.target as Node)) close(false);
    };
    document.addEventListener("keydown", pressed);
    document.addEventListener("click", clicked);
    return () => {
      document.removeEventListener("keydown", pressed);
      document.removeEventListener("click", clicked);
    };
  }, []);

  return (
    <details className="cv-menu" ref={box}>
      <summary className="cv-tool">
        <Icon name="more_horiz" />
        {texts.more}
      </summary>
      <div className="cv-sheet">
        <a className="cv-act" href={`${urls.journey}#versions`}>
          <Icon name="history" />
          {texts.versions}
        </a>
        <a className="cv-act" href={urls.migrate}>
          <Icon name="move_down" />
          {texts.migrate}
        </a>
        {data.status.code === "live" && <Act url={urls.pause} icon="pause" words={texts.pause!} />}
        {data.status.code === "paused" && <Act url={urls.resume} icon="play_arrow" words={texts.resume!} />}
        {data.status.code !== "stopped" && (
          <details className="cv-sure">
            <summary className="cv-act">
              <Icon name="stop" />
              {texts.stop}
            </summary>
            <p className="cv-hint">{texts.stop_sure}</p>
            <Act url={urls.stop} icon="stop" words={texts.stop_now!} />
          </details>
        )}
      </div>
    </details>
  );
}

function Act({ url, icon, words }: { url: string; icon: string; words: string }) {
  return (
    <form method="post" action={url}>
      <input type="hidden" name="csrfmiddlewaretoken" value={tokenOf()} />
      <input type="hidden" name="back" value="canvas" />
      <button type="submit" className="cv-act">
        <Icon name={icon} />
        {words}
      </button>
    </form>
  );
}
