import { useEffect, useState } from "react"

/** The secret of the link that led here: undefined until the page runs, null when there is none.
 *
 * It is taken out of the address at once, so that it stands in no history, no bookmark and no screenshot.
 */
export function useTokenOfLink(): string | null | undefined {
  const [token, setToken] = useState<string | null>()
  useEffect(() => {
    const { hash, search, pathname } = window.location
    const found =
      new URLSearchParams(hash.slice(1)).get("token") ?? new URLSearchParams(search).get("token")
    setToken((before) => found ?? before ?? null)
    if (found) window.history.replaceState(window.history.state, "", pathname)
  }, [])
  return token
}
