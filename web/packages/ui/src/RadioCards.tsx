import { Check } from "lucide-react"
import * as Radio from "radix-ui/radio-group"
import type { ReactNode } from "react"
import { cx } from "./cx"
import { useReadingDirection } from "./direction"

type GroupProps = {
  value: string
  onValueChange: (value: string) => void
  label: string
  children: ReactNode
  className?: string
  dir?: "rtl" | "ltr"
}

/** One choice among cards; arrow keys follow the direction of reading. */
export function RadioCards({ value, onValueChange, label, children, className, dir }: GroupProps) {
  const [ref, reading] = useReadingDirection<HTMLDivElement>(dir)
  return (
    <Radio.Root
      ref={ref}
      dir={reading}
      value={value}
      onValueChange={onValueChange}
      aria-label={label}
      className={cx("grid grid-cols-1 gap-x-3 gap-y-4 sm:grid-cols-2", className)}
    >
      {children}
    </Radio.Root>
  )
}

type CardProps = {
  value: string
  children: ReactNode
  badge?: ReactNode
  disabled?: boolean
  className?: string
}

/** A card that can be chosen: a thicker border and a check, never colour alone. */
export function RadioCard({ value, children, badge, disabled, className }: CardProps) {
  return (
    <Radio.Item
      value={value}
      disabled={disabled}
      className={cx(
        "group relative flex min-h-14 min-w-0 items-start gap-3 rounded-md border border-edge bg-card p-4 text-start",
        "transition-colors duration-150 enabled:hover:border-ink-soft disabled:cursor-not-allowed disabled:bg-fill disabled:text-ink-soft",
        "data-[state=checked]:border-lapis! data-[state=checked]:ring-1 data-[state=checked]:ring-lapis",
        className,
      )}
    >
      <span className="mt-1.5 grid size-5 shrink-0 place-items-center rounded-full border-2 border-line-strong group-data-[state=checked]:border-lapis group-data-[state=checked]:bg-lapis">
        <Radio.Indicator className="text-on-lapis">
          <Check aria-hidden strokeWidth={3} className="size-3.5" />
        </Radio.Indicator>
      </span>
      <span className="min-w-0 flex-1">{children}</span>
      {badge && <span className="absolute end-3 -top-3 flex max-w-4/5">{badge}</span>}
    </Radio.Item>
  )
}
