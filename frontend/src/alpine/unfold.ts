/**
 * What unfold's templates say in Alpine that a policy without `unsafe-eval` cannot read, as functions.
 *
 * Alpine's build for such policies parses an attribute itself, and knows neither two statements, `if`, assignments to
 * elements, nor what is global. Each entry's key is the attribute to the letter, so that an unfold that says it
 * otherwise is noticed: tests/browser/test_policy.py reads every attribute of its templates.
 */

/** What an attribute sees: the data of the elements around it, and Alpine's magics. */
export type Scope = Record<string, any>;

function escaped(scope: Scope): void {
  const input = scope.$refs.searchInput as HTMLInputElement;
  scope.openSearchResults = false;
  if (input.value === "") input.blur();
  else input.value = "";
}

/** Where a form goes so that who saves it comes back to the tab they were at. */
function here(scope: Scope): string {
  const { pathname, search } = window.location;
  const tab = scope.activeTab;
  return pathname + search + (tab && tab !== "general" ? `#${tab}` : "");
}

function choose(withHistory: boolean): (scope: Scope) => void {
  return (scope) => {
    if (!scope.$event.metaKey && !scope.$event.ctrlKey) scope.selectItem(withHistory, false);
  };
}

export const SAID: Readonly<Record<string, (scope: Scope) => unknown>> = {
  "sidebarDesktopOpen = !sidebarDesktopOpen; localStorage.setItem('sidebarDesktopOpen', sidebarDesktopOpen ? '1' : '0');": (
    scope,
  ) => {
    scope.sidebarDesktopOpen = !scope.sidebarDesktopOpen; // the page keeps it
  },
  "openSearchResults = false; if ($refs.searchInput.value === '') { $refs.searchInput.blur() } else { $refs.searchInput.value = '' }":
    escaped,
  "openSearchResults = true; currentIndex = 0": (scope) => {
    scope.openSearchResults = true;
    scope.currentIndex = 0;
  },
  "if (!$event.metaKey && !$event.ctrlKey) selectItem(true, false)": choose(true),
  "if (!$event.metaKey && !$event.ctrlKey) selectItem(false, false)": choose(false),
  "activeTab && activeTab !== 'general' ? window.location.pathname + window.location.search + '#' + activeTab : window.location.pathname + window.location.search":
    here,
  "'width: ' + changeListWidth + 'px'": (scope) => ({ width: `${scope.changeListWidth}px` }),
};
