import { useRouter } from "next/router"
import { useEffect, useState } from "react"

/** One part of the address: undefined until the page runs in a browser, since the export was made without one. */
export function useAddress(part: string): string | undefined {
  const { isReady, query } = useRouter()
  const [isHere, setHere] = useState(false)
  useEffect(() => setHere(isReady), [isReady])
  if (!isHere) return undefined
  const value = query[part]
  return typeof value === "string" ? value : ""
}
