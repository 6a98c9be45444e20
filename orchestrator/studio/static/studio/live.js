// Asks for the calls of a watched key anew every two seconds, while the page is looked at. What is open stays as it is read:
// while one is unfolded, or the keyboard is inside, the list waits.
(() => {
  const list = document.getElementById("calls");
  if (!list) return;
  const busy = () => document.hidden || list.querySelector("details[open]") || list.contains(document.activeElement);
  const ask = async () => {
    if (busy()) return;
    const answer = await fetch(list.dataset.url, { credentials: "same-origin", redirect: "error" }).catch(() => null);
    if (answer?.ok && !busy()) list.innerHTML = await answer.text();
  };
  setInterval(ask, 2000);
})();
