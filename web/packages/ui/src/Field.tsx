import { CircleAlert } from "lucide-react"
import { type ReactNode, useId } from "react"

export type FieldIds = { id: string; "aria-describedby"?: string; "aria-invalid"?: true }

type Props = {
  label: ReactNode
  hint?: ReactNode
  error?: ReactNode
  /** The word for “optional”, shown after the label. */
  optional?: string
  children: (ids: FieldIds) => ReactNode
}

/** Ties a label, a hint and an error to the one control drawn by `children`. */
export function Field({ label, hint, error, optional, children }: Props) {
  const id = useId()
  const hintId = hint ? `${id}-hint` : undefined
  const errorId = error ? `${id}-error` : undefined
  const describedBy = [errorId, hintId].filter(Boolean).join(" ") || undefined
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional && <span className="text-xs font-normal text-ink-soft"> {optional}</span>}
      </label>
      {children({ id, "aria-describedby": describedBy, "aria-invalid": error ? true : undefined })}
      {error && (
        <p id={errorId} className="flex items-start gap-1.5 text-sm text-bad-ink">
          <CircleAlert aria-hidden className="mt-1 size-4 shrink-0" />
          <span className="min-w-0">{error}</span>
        </p>
      )}
      {hint && (
        <p id={hintId} className="text-xs text-ink-soft">
          {hint}
        </p>
      )}
    </div>
  )
}
