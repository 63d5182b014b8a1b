import { cx } from "./cx"
import { count } from "./format"
import { Shamseh } from "./Shamseh"

const sizes = {
  sm: { star: 14, figure: "text-sm", gap: "gap-x-1" },
  md: { star: 18, figure: "text-base", gap: "gap-x-1.5" },
  lg: { star: 24, figure: "text-lg", gap: "gap-x-2" },
  xl: { star: 36, figure: "text-2xl", gap: "gap-x-3" },
}

type Props = {
  tokens: number
  size?: keyof typeof sizes
  /** The word for tokens, after the figure. */
  unit?: string
  className?: string
}

/** A number of tokens behind the gold star; gold on the screen always means this. */
export function TokenAmount({ tokens, size = "md", unit, className }: Props) {
  const { star, figure, gap } = sizes[size]
  return (
    <span
      className={cx(
        "inline-flex max-w-full flex-wrap items-center font-medium whitespace-nowrap text-gold-ink",
        gap,
        className,
      )}
    >
      <Shamseh size={star} className="shrink-0 text-gold" />
      <span className={cx(figure, size === "xl" && "leading-tight")}>{count(tokens)}</span>
      {unit && <span className={size === "xl" ? "text-base" : "text-sm"}>{unit}</span>}
    </span>
  )
}
