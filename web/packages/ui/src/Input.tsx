import type { InputHTMLAttributes, ReactNode, Ref } from "react"
import { cx } from "./cx"

export type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, "prefix"> & {
  prefix?: ReactNode
  suffix?: ReactNode
  ref?: Ref<HTMLInputElement>
}

/** One line of text, 44 px high, with room for a word or a button at either end. */
export function Input({ prefix, suffix, className, ref, ...rest }: InputProps) {
  return (
    <div className={cx(frame, "flex items-center", className)}>
      {prefix && <Edge side="start">{prefix}</Edge>}
      <input {...rest} ref={ref} className={bare} />
      {suffix && <Edge side="end">{suffix}</Edge>}
    </div>
  )
}

/** The border and ground that every text control shares. */
export const frame =
  "min-h-11 w-full min-w-0 rounded-md border border-line-strong bg-card text-ink transition-colors duration-150 " +
  "hover:border-ink-soft focus-within:border-lapis focus-within:outline-2 focus-within:outline-lapis " +
  "focus-within:-outline-offset-1 has-aria-invalid:border-bad-ink has-disabled:border-line " +
  "has-disabled:bg-fill has-disabled:text-ink-soft"

const bare =
  "-my-px min-h-11 min-w-0 flex-1 self-stretch bg-transparent px-3 py-2 text-base outline-none placeholder:text-ink-soft " +
  "placeholder:opacity-80 disabled:cursor-not-allowed"

function Edge({ side, children }: { side: "start" | "end"; children: ReactNode }) {
  return (
    <span
      className={cx(
        "flex shrink-0 items-center text-sm text-ink-soft",
        side === "start" ? "ps-3 has-[button]:ps-0" : "pe-3 has-[button]:pe-0",
      )}
    >
      {children}
    </span>
  )
}
