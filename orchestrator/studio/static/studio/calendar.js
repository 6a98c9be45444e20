// Arrow keys walk from day to day; without this, the days are links like any others.
document.querySelector(".st-month")?.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
  const days = [...document.querySelectorAll(".st-day")];
  const next = days[days.indexOf(document.activeElement) + by];
  if (by && next) {
    event.preventDefault();
    next.focus();
  }
});
