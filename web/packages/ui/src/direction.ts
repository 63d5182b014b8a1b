import { useDirection } from "radix-ui/direction"
import { type RefObject, useEffect, useRef, useState } from "react"

type Direction = "rtl" | "ltr"

/** The direction in which the element is really read, since Radix itself looks at no `dir` in the page. */
export function useReadingDirection<T extends HTMLElement>(
  given?: Direction,
): [RefObject<T | null>, Direction] {
  const ref = useRef<T>(null)
  const inherited = useDirection(given)
  const [found, setFound] = useState<Direction>(inherited)

  useEffect(() => {
    const nearest = ref.current?.parentElement?.closest<HTMLElement>("[dir]")?.dir
    if (nearest === "rtl" || nearest === "ltr") setFound(nearest)
  }, [])

  return [ref, given ?? found]
}
