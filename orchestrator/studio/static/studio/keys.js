// Keys that work on every page: "?" shows them, "/" goes to the search, "g" and a letter to a page. The links of the
// dialog say which pages there are; none of the keys is heard while somebody writes.
(() => {
  const SWITCH = "studioKeys";
  const WRITES = "input, textarea, select, [contenteditable=''], [contenteditable=true], [role=textbox], [role=combobox]";
  const PATIENCE = 1500; // ms between "g" and its letter
  let since = 0;

  const on = () => localStorage.getItem(SWITCH) !== "off";

  const pressed = (event, dialog) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(WRITES)) return;
    if (!on() || document.querySelector("dialog[open]")) return;
    const going = event.timeStamp - since < PATIENCE;
    since = 0;
    const link = going && dialog.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
    const search = document.getElementById("searchbar");
    if (link) link.click();
    else if (event.key === "g") since = event.timeStamp;
    else if (event.key === "?") dialog.showModal();
    else if (event.key === "/" && search) search.focus();
    else return;
    event.preventDefault();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const dialog = document.getElementById("st-keys");
    if (!dialog) return;
    const box = dialog.querySelector("[type=checkbox]");
    box.checked = on();
    box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
    document.querySelectorAll("[data-keys-open]").forEach((one) => one.addEventListener("click", () => dialog.showModal()));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.addEventListener("keydown", (event) => pressed(event, dialog));
  });
})();
