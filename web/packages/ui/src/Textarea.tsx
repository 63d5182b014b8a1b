import type { Ref, TextareaHTMLAttributes } from "react"
import { cx } from "./cx"
import { frame } from "./Input"

type Props = TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> }

/** Several lines of text; whoever writes may be of either direction, so each paragraph finds its own. */
export function Textarea({ className, rows = 4, ref, ...rest }: Props) {
  return (
    <div className={cx(frame, className)}>
      <textarea
        dir="auto"
        {...rest}
        ref={ref}
        rows={rows}
        className="block min-h-11 w-full resize-y bg-transparent px-3 py-2 text-base outline-none placeholder:text-ink-soft placeholder:opacity-80 disabled:cursor-not-allowed"
      />
    </div>
  )
}
