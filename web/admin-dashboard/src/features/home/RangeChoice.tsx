import { cx } from "@zimmer/ui/cx"
import type { Range } from "@/features/home/queries"
import { home as text } from "@/messages/home"

/** The days that are looked at. */
export function RangeChoice({
  range,
  onChoose,
}: {
  range: Range
  onChoose: (range: Range) => void
}) {
  return (
    <fieldset className="flex rounded-md border border-edge bg-card p-0">
      <legend className="sr-only">{text.range}</legend>
      {(Object.entries(text.ranges) as [Range, string][]).map(([choice, name]) => (
        <label
          key={choice}
          className={cx(
            "flex min-h-11 items-center rounded-md px-4 text-sm has-focus-visible:outline-2 has-focus-visible:outline-lapis",
            choice === range ? "bg-lapis-soft font-semibold text-lapis-ink" : "text-ink-soft",
          )}
        >
          <input
            type="radio"
            name="range"
            value={choice}
            checked={choice === range}
            onChange={() => onChoose(choice)}
            className="sr-only"
          />
          {name}
        </label>
      ))}
    </fieldset>
  )
}
