/** The mark of the house: the eight-pointed star of two squares. */

const OUTER = 46
const INNER = OUTER * 0.7654 // where the sides of the two squares cross: cos 45° / cos 22.5°

/** The star's outline as points of a 100 × 100 drawing, beginning at the top, clockwise. */
export const STAR_POINTS: string = star(1, 0)

// The ring is cut out, so that it shows whatever lies below; it would be dust in the smallest sizes.
const WITH_RING = `M${STAR_POINTS}Z M${star(0.56, 1)}Z M${star(0.45, 1)}Z`
const RING_FROM = 16

function star(scale: number, turn: number): string {
  return Array.from({ length: 16 }, (_, corner) => {
    const radius = scale * (corner % 2 === 0 ? OUTER : INNER)
    const angle = ((corner + turn) * Math.PI) / 8 - Math.PI / 2
    return `${(50 + radius * Math.cos(angle)).toFixed(2)},${(50 + radius * Math.sin(angle)).toFixed(2)}`
  }).join(" ")
}

type Props = {
  size?: number
  /** `solid` for tokens and the wordmark, `line` for empty pages */
  variant?: "solid" | "line"
  className?: string
  /** Without a title the star is decoration, and readers skip it. */
  title?: string
}

/** The star, in the colour of the text around it. */
export function Shamseh({ size = 24, variant = "solid", className, title }: Props) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 100 100"
      className={className}
      role={title ? "img" : undefined}
      aria-label={title}
      aria-hidden={title ? undefined : true}
    >
      {variant === "line" && <LineStar />}
      {variant === "solid" && (
        <path
          d={size < RING_FROM ? `M${STAR_POINTS}Z` : WITH_RING}
          fill="currentColor"
          fillRule="evenodd"
        />
      )}
    </svg>
  )
}

function LineStar() {
  const square = OUTER * Math.SQRT1_2
  const sides = { x: 50 - square, y: 50 - square, width: 2 * square, height: 2 * square }
  return (
    <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round">
      <rect {...sides} />
      <rect {...sides} transform="rotate(45 50 50)" />
      <circle cx="50" cy="50" r={OUTER * 0.42} />
    </g>
  )
}
