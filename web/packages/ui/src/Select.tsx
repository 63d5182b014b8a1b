import { ChevronDown } from "lucide-react"
import type { Ref, SelectHTMLAttributes } from "react"
import { cx } from "./cx"
import { frame } from "./Input"

type Props = SelectHTMLAttributes<HTMLSelectElement> & { ref?: Ref<HTMLSelectElement> }

/** The platform's own list of choices, because phones do it best. */
export function Select({ className, children, ref, ...rest }: Props) {
  return (
    <div className={cx(frame, "relative", className)}>
      <select
        {...rest}
        ref={ref}
        className="-my-px min-h-11 w-full appearance-none bg-transparent py-1.5 ps-3 pe-10 text-base outline-none disabled:cursor-not-allowed"
      >
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute end-3 top-1/2 size-4 -translate-y-1/2 text-ink-soft"
      />
    </div>
  )
}
