import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import { en } from "@/messages/en"

/** The shape of a page before anything of it is here: a heading and rows. */
export function Waiting({ rows = 6 }: { rows?: number }) {
  return (
    <Loading label={en.common.loading}>
      <div className="grid gap-3">
        <Skeleton className="mb-3 h-9 w-48" />
        {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key) => (
          <Skeleton key={key} className="h-14" />
        ))}
      </div>
    </Loading>
  )
}
