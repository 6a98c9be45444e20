// What unfold's pages lack for the keyboard and for screen readers, mended before Alpine reads them: whatever is
// clicked is a button with a name, says whether what it opens is open, and Escape leads back to it.
(() => {
  const CLICKED = "[x-on\\:click]:is(span, a:not([href]), .cursor-pointer:is(div, h2))";
  const OPENED = { filterOpen: "#changelist-filter", sidebarMobileOpen: "#nav-sidebar" };
  const INSIDE = "a[href], button, input:not([type=hidden]), select, [role=button]";

  // An icon is a word in a font of icons: a reader would say "arrow_back".
  const words = (node) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll(".material-symbols-outlined").forEach((icon) => icon.remove());
    return node.matches(".material-symbols-outlined") ? "" : copy.textContent.trim();
  };

  const mendButton = (node) => {
    node.setAttribute("role", "button");
    node.tabIndex = 0;
    node.addEventListener("keydown", (event) => {
      if (event.target !== node || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      node.click();
    });
    const state = /^(\w+) = (!\1|true)/.exec(node.getAttribute("x-on:click"))?.[1];
    const opened = OPENED[state] ? document.querySelector(OPENED[state]) : node.parentElement;
    if (state && !(OPENED[state] && opened.contains(node))) mendOpener(node, opened, state);
  };

  const mendOpener = (node, opened, state) => {
    node.setAttribute("x-bind:aria-expanded", state);
    node.addEventListener("click", () => {
      if (OPENED[state]) setTimeout(() => opened.querySelector(INSIDE)?.focus());
    });
    opened.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || node.getAttribute("aria-expanded") !== "true") return;
      if (!node.hasAttribute("x-on:keydown.escape.window")) node.click();
      setTimeout(() => node.focus());
    });
  };

  const mendIcons = (said) => {
    for (const icon of document.querySelectorAll(".material-symbols-outlined:not([aria-hidden])")) {
      const control = icon.closest("a, button, summary, label, [role=button]");
      const word = said[icon.textContent.trim()];
      if (control && !words(control) && !control.title && !control.ariaLabel) {
        if (!word) continue;
        control.setAttribute("aria-label", word);
      }
      if (control !== icon) icon.setAttribute("aria-hidden", "true");
    }
  };

  // What scrolls by itself is a region that one can go to; each has a name of its own.
  const mendRegions = (said) => {
    const title = document.querySelector("h1")?.textContent.replace(/\s+/g, " ").trim() ?? "";
    document.querySelectorAll("[data-simplebar]").forEach((region, number) => {
      const name = region.closest("nav") ? said.dock_to_right : region.closest("#changelist-filter") ? said.filter_list : title;
      region.setAttribute("data-simplebar-aria-label", name || String(number + 1));
    });
  };

  document.addEventListener("alpine:init", () => {
    const said = JSON.parse(document.getElementById("st-icons")?.textContent || "{}");
    document.querySelectorAll(CLICKED).forEach(mendButton);
    mendIcons(said);
    mendRegions(said);
  });
  // Django's box of two lists marks its filter's hint with a name that a bare span cannot have.
  const mendHints = () =>
    document.querySelectorAll("span.help-tooltip[aria-label]").forEach((hint) => hint.setAttribute("role", "img"));
  addEventListener("load", () => setTimeout(mendHints)); // after Django's own, which is at work on "load" too
})();
