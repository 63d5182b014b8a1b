import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import Link from "next/link"
import { WaitingForPayments } from "@/features/payments/History"
import { PaymentRows } from "@/features/payments/PaymentRows"
import { linesOf, useOwnPayments } from "@/features/payments/queries"
import { fa } from "@/messages/fa"

const SHOWN = 5

/** The last few purchases; nothing at all while there are none. */
export function Recent() {
  const query = useOwnPayments()
  const lines = linesOf(query.data).slice(0, SHOWN)
  if (query.data && lines.length === 0) return null
  return (
    <section className="grid gap-3">
      <div className="flex items-baseline justify-between gap-4">
        <h2 className="font-semibold text-lg">{fa.home.recent}</h2>
        <Link
          href="/payments"
          className="flex min-h-11 items-center px-1 text-lapis-ink text-sm underline underline-offset-4"
        >
          {fa.home.allPayments}
        </Link>
      </div>
      {query.isPending && <WaitingForPayments rows={SHOWN} />}
      {query.isError && !query.data && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && <PaymentRows lines={lines} />}
    </section>
  )
}
