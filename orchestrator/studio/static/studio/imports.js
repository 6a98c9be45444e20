// Says at once which of the fields that a file needs no column means yet. The server looks again when it is tried.
(() => {
  const mark = (form) => {
    const meant = new Set([...form.querySelectorAll("select")].map((one) => one.value));
    for (const need of form.querySelectorAll("[data-needs]")) {
      const there = need.dataset.needs.split(" ").some((code) => meant.has(code));
      need.querySelector("[data-there]").hidden = !there;
      need.querySelector("[data-missing]").hidden = there;
      need.querySelector("[data-sign]").textContent = there ? "check_circle" : "radio_button_unchecked";
    }
  };
  addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-columns]");
    if (form) mark(form);
  });
})();
