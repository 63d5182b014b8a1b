import { count } from "@zimmer/ui/format"
import { useEffect, useState } from "react"

const TAKES = 200 // ms

type Props = {
  to: number
  unit: string
  /** Counts from zero once; otherwise the number simply stands there. */
  moves: boolean
}

/** The tokens that have arrived, counted up once. */
export function CountUp({ to, unit, moves }: Props) {
  const [shown, setShown] = useState(moves ? 0 : to)
  useEffect(() => {
    if (!moves || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      setShown(to)
      return
    }
    const began = performance.now()
    let frame = requestAnimationFrame(function step(now) {
      const part = Math.min(1, (now - began) / TAKES)
      setShown(Math.round(to * part))
      if (part < 1) frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  }, [to, moves])
  return (
    <span className="grid text-center leading-tight">
      <span aria-hidden className="font-bold text-xl">
        {count(shown)}
      </span>
      <span className="sr-only">{count(to)}</span>
      <span className="text-sm">{unit}</span>
    </span>
  )
}
