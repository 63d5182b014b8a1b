import { cx } from "./cx"

const tones = {
  lapis: "bg-lapis",
  gold: "bg-gold",
  good: "bg-good",
  wait: "bg-wait",
  bad: "bg-bad",
}

type Props = {
  value: number
  max: number
  label: string
  /** The same amount in words, for a screen reader. */
  valueText?: string
  tone?: keyof typeof tones
  className?: string
}

/** A thin measure of how much of something is used. */
export function Bar({ value, max, label, valueText, tone = "lapis", className }: Props) {
  const part = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <meter> cannot be drawn alike in all browsers
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={Math.min(value, max)}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuetext={valueText}
      className={cx("h-1.5 w-full overflow-hidden rounded-full bg-fill-strong", className)}
    >
      <div
        className={cx("h-full rounded-full transition-[width] duration-150", tones[tone])}
        style={{ width: `${part * 100}%` }}
      />
    </div>
  )
}
