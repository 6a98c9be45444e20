// Asks for a part of the page anew every two seconds, while the page is looked at. What is open stays as it is read: while
// something in it is unfolded, or the keyboard is inside, it waits. An answer with X-Ended is the last: it stands in the
// place of all that is `data-live-whole`. What a part says in `data-said` is told aloud where it changes.
(() => {
  const busy = (part) => document.hidden || part.querySelector("details[open]") || part.contains(document.activeElement);
  const tell = (words) => {
    const said = document.querySelector("[data-live-said]");
    if (said && words && said.textContent !== words) said.textContent = words;
  };
  const end = (part, text) => {
    const whole = part.closest("[data-live-whole]") ?? part;
    const held = whole.contains(document.activeElement);
    whole.innerHTML = text;
    const headline = whole.querySelector(".st-headline");
    if (held) headline?.focus();
    tell(headline?.textContent.trim());
    whole.dispatchEvent(new CustomEvent("live:ended", { bubbles: true }));
  };
  for (const part of document.querySelectorAll("[data-live]")) {
    const ask = async () => {
      if (busy(part)) return;
      const answer = await fetch(part.dataset.url, { credentials: "same-origin", redirect: "error" }).catch(() => null);
      if (!answer?.ok || busy(part)) return;
      const text = await answer.text();
      if (answer.headers.has("X-Ended")) {
        clearInterval(again);
        end(part, text);
        return;
      }
      part.innerHTML = text;
      tell(part.querySelector("[data-said]")?.dataset.said);
    };
    const again = setInterval(ask, 2000);
  }
})();
