/**
 * Alpine for unfold's pages, in its build that needs no `unsafe-eval`: it stands in the place of the one unfold brings.
 *
 * unfold's own scripts say what its data are by global functions; this build knows no globals, so they get names here.
 */
import Alpine from "@alpinejs/csp/src/index";
import { cspEvaluator } from "@alpinejs/csp/src/evaluator";
import { SAID, type Scope } from "./unfold";

type Maker = (...given: unknown[]) => object;
type Global = Record<string, Maker> & { Alpine: typeof Alpine };

const OPEN = "sidebarDesktopOpen";
const theirs = window as unknown as Global;

Alpine.setEvaluator((element, expression) => {
  const known = typeof expression === "string" ? SAID[expression.trim()] : undefined;
  return cspEvaluator(element, known ? saying(known) : expression);
});

function saying(known: (scope: Scope) => unknown) {
  return function (this: Scope): unknown {
    return known(this);
  };
}

/** The page around everything: which tab is open, and whether the navigation is. `tab`: the first one, if there are any. */
function page(tab = "") {
  const kept = localStorage.getItem(OPEN);
  return {
    activeTab: tab && (theirs.getCurrentTab!() ?? tab),
    sidebarMobileOpen: false,
    sidebarDesktopOpen: kept === null || kept === "1",
    init(this: { $watch(name: string, tell: (open: boolean) => void): void }) {
      this.$watch(OPEN, (open) => localStorage.setItem(OPEN, open ? "1" : "0"));
    },
  };
}

Alpine.data("page", page);
Alpine.data("theme", (...given: never[]) => {
  const { moveRecords, sortRecords } = theirs;
  return Object.assign(theirs.theme!(...given), { moveRecords, sortRecords });
});
for (const name of ["searchForm", "searchDropdown", "searchCommand"]) {
  Alpine.data(name, (...given: never[]) => theirs[name]!(...given));
}
theirs.Alpine = Alpine;
Alpine.start();
