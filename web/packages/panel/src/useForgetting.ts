import type { QueryClient } from "@tanstack/react-query"
import { useSession } from "@zimmer/api/useSession"
import { useEffect, useRef } from "react"

/** After a sign-out nothing of that person is left in this tab for the next one. */
export function useForgetting(cache: QueryClient): void {
  const { state } = useSession()
  const before = useRef(state)
  useEffect(() => {
    // By now the members' pages are gone, and what is still on the screen is everybody's.
    if (before.current === "member" && state === "visitor")
      cache.removeQueries({ type: "inactive" })
    before.current = state
  }, [cache, state])
}
