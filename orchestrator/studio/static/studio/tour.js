// The tour on the home page: which of its pages were opened, and whether it is wanted, in a cookie of this user's.
(() => {
  const tour = document.querySelector(".st-tour");
  if (!tour) return;
  const AS_LONG_AS_BROWSERS_KEEP_IT = 400 * 24 * 3600;
  const name = tour.dataset.cookie;

  const seen = () => {
    const pair = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
    return new Set((pair?.slice(name.length + 1) ?? "").split(".").filter(Boolean));
  };
  const keep = (word) => {
    const words = [...seen().add(word)].join(".");
    const safe = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${words}; path=/; max-age=${AS_LONG_AS_BROWSERS_KEEP_IT}; samesite=lax${safe}`;
  };

  for (const link of tour.querySelectorAll("[data-tour-step]")) {
    // A click in a new tab too: "auxclick" is the middle button.
    for (const how of ["click", "auxclick"]) link.addEventListener(how, () => keep(link.dataset.tourStep));
  }
  tour.querySelector("[data-tour-hide]").addEventListener("click", () => {
    keep("hidden");
    tour.remove();
    document.getElementById("start")?.focus();
  });
})();
