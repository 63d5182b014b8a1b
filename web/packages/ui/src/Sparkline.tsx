import { cx } from "./cx"

const WIDTH = 96
const HEIGHT = 28
const EDGE = 2 // room for the line's own thickness

/** How a figure went, day by day, without axes: its numbers stand elsewhere on the page. */
export function Sparkline({ values, className }: { values: number[]; className?: string }) {
  if (values.length < 2) return null
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={cx("h-7 w-24", className)}
    >
      <polyline
        points={pointsOf(values)}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.5}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}

/** The corners of the line, zero at the bottom. */
export function pointsOf(values: number[]): string {
  const most = Math.max(1, ...values)
  const step = WIDTH / (values.length - 1)
  return values
    .map((value, at) => {
      const height = (HEIGHT - 2 * EDGE) * (Math.max(0, value) / most)
      return `${round(at * step)},${round(HEIGHT - EDGE - height)}`
    })
    .join(" ")
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
