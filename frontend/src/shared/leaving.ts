/** Before a page is left that holds what is not kept yet, its reader is asked. */
import { useEffect } from "react";

export function useLeaving(unkept: boolean): void {
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      if (unkept) event.preventDefault();
    };
    window.addEventListener("beforeunload", leave);
    return () => window.removeEventListener("beforeunload", leave);
  }, [unkept]);
}
