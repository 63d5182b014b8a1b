import { useRouter } from "next/router"
import { useEffect, useState } from "react"

/** The secret of the mail's link that led here: undefined until the page runs, null when there is none.
 *
 * It stands behind the #, which a browser sends to nobody. It is taken out of the address at once, so that it
 * stands in no history, no bookmark, and no link that repeats the address. A second link that is opened in the same
 * window brings its own.
 */
export function useTokenOfLink(): string | null | undefined {
  const router = useRouter()
  const [token, setToken] = useState<string | null>()
  useEffect(() => {
    if (!router.isReady) return
    const take = () => {
      const { hash, search } = window.location
      const found = tokenIn(hash.slice(1)) ?? tokenIn(search)
      setToken((before) => found ?? before ?? null)
      // By the router, which would otherwise bring the address back from its own memory.
      if (found) void router.replace(router.pathname, undefined, { shallow: true })
    }
    take()
    window.addEventListener("hashchange", take)
    return () => window.removeEventListener("hashchange", take)
  }, [router])
  return token
}

function tokenIn(text: string): string | null {
  return new URLSearchParams(text).get("token")
}
