/** What every page's entry needs: its data from the template, its words in the reader's language, and the server. */

/** The JSON that the template left in `<script type="application/json" id="…">`. */
export function dataOf<T>(id: string): T {
  const found = document.getElementById(id);
  if (!found?.textContent) throw new Error(`no data: #${id}`);
  return JSON.parse(found.textContent) as T;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: Record<string, unknown>,
  ) {
    super(`refused: ${status}`);
  }
}

/** What to tell of a request that failed: the server's words where it has some. */
export function wordsOf(error: unknown): string {
  const told = error instanceof Refused ? error.body["error"] : "";
  return typeof told === "string" && told ? told : String(error instanceof Error ? error.message : error);
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/** The page's CSRF token, for forms and requests. */
export function tokenOf(): string {
  const field = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]");
  return field?.value ?? cookie("csrftoken");
}

/** Ask the server for JSON; with `body`, by POST and with the CSRF token. Raises Refused for all but 2xx. */
export async function ask<T>(url: string, body?: unknown): Promise<T> {
  const answer = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      ...(body === undefined
        ? {}
        : { "Content-Type": "application/json", "X-CSRFToken": tokenOf() }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told as Record<string, unknown>);
  return told as T;
}

/** Whether the page is in the dark, as unfold's switch has it. */
export function dark(): boolean {
  return document.documentElement.classList.contains("dark");
}

/** Call back each time the page changes between light and dark; answers how to stop that. */
export function onTheme(changed: (dark: boolean) => void): () => void {
  const watch = new MutationObserver(() => changed(dark()));
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  return () => watch.disconnect();
}
