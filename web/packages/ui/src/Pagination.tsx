import type { ReactNode } from "react"
import { Button } from "./Button"

type Props = {
  hasMore: boolean
  loading: boolean
  onMore: () => void
  label: ReactNode
  /** Said instead of the button when nothing is left. */
  endLabel?: ReactNode
}

/** The foot of a list that is read page after page and has no page numbers. */
export function Pagination({ hasMore, loading, onMore, label, endLabel }: Props) {
  if (!hasMore && !endLabel) return null
  return (
    <div className="flex justify-center pt-2">
      {hasMore ? (
        <Button busy={loading} onClick={onMore}>
          {label}
        </Button>
      ) : (
        <p className="py-2 text-sm text-ink-soft">{endLabel}</p>
      )}
    </div>
  )
}
