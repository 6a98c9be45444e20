// Shows a sign-up form over a page, once: <script src=".../popup.js" data-form="https://.../f/news" data-delay="8" async>
// Whoever closed it or signed up is not asked again; that is remembered in their browser and nowhere else.
(() => {
  const script = document.currentScript;
  const form = new URL(script.dataset.form);
  const remembered = `signup:${form.pathname}`;
  const words = document.documentElement.lang.startsWith("pl")
    ? { close: "Zamknij", title: "Formularz zapisu" }
    : { close: "Close", title: "Sign-up form" };

  const recall = () => {
    try { return localStorage.getItem(remembered); } catch { return null; }
  };
  const remember = (what) => {
    try { localStorage.setItem(remembered, what); } catch { /* a browser that keeps nothing asks again */ }
  };

  const open = () => {
    if (recall()) return;
    form.searchParams.set("embed", "1");
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", words.title);
    dialog.style.cssText = "width:min(30rem,92vw);height:min(36rem,88vh);padding:0;border:0;border-radius:.75rem;overflow:hidden";
    const frame = document.createElement("iframe");
    frame.src = form.href;
    frame.title = words.title;
    frame.style.cssText = "width:100%;height:100%;border:0;display:block";
    const close = document.createElement("button");
    close.type = "button";
    close.setAttribute("aria-label", words.close);
    close.textContent = "\u00d7";
    close.style.cssText = "position:absolute;top:.75rem;right:.75rem;width:2.75rem;height:2.75rem;border:1px solid #767676;border-radius:50%;background:#fff;color:#1b1b20;font:1.5rem/1 system-ui,sans-serif;cursor:pointer";
    close.addEventListener("click", () => dialog.close());
    dialog.append(close, frame);
    dialog.addEventListener("close", () => { if (!recall()) remember("closed"); dialog.remove(); });
    addEventListener("message", (event) => {
      if (event.source !== frame.contentWindow || event.origin !== form.origin) return;
      if (event.data?.signup === "done") remember("done");
      if (event.data?.signup === "close") dialog.close();
    });
    document.body.append(dialog);
    dialog.showModal();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches && dialog.animate)
      dialog.animate([{ opacity: 0, transform: "translateY(1rem)" }, { opacity: 1, transform: "none" }], 200);
  };

  if (!recall()) setTimeout(open, 1000 * (Number(script.dataset.delay) || 0));
})();
