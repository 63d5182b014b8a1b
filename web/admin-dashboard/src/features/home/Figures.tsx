import { count, toman } from "@zimmer/ui/format"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import { Stat } from "@zimmer/ui/Stat"
import type { Figure, Stats } from "@/features/home/queries"
import { en } from "@/messages/en"
import { home as text } from "@/messages/home"

const FOUR = "grid gap-4 sm:grid-cols-2 xl:grid-cols-4"

/** Four figures, with what they were before. Who sees no money sees the tickets in its place. */
export function Figures({ stats }: { stats: Stats }) {
  const before = (figure: Figure) => text.before[stats.range](count(figure.previous))
  const used = stats.tokens_by_day.map((day) => day.used)
  return (
    <div className={FOUR}>
      {stats.monthly_revenue ? (
        <Stat
          label={text.revenue}
          value={toman(stats.monthly_revenue.value)}
          change={text.lastMonth(toman(stats.monthly_revenue.previous))}
          days={stats.revenue_by_day?.map((day) => day.amount)}
        />
      ) : (
        <Stat
          label={text.openTickets}
          value={count(stats.active_tickets.value)}
          change={text.stood(count(stats.active_tickets.previous))}
          direction={directionOf(stats.active_tickets)}
        />
      )}
      <Stat
        label={text.tokensUsed}
        value={count(stats.tokens_used.value)}
        change={before(stats.tokens_used)}
        direction={directionOf(stats.tokens_used)}
        days={used}
      />
      <Stat
        label={text.newCustomers}
        value={count(stats.new_users.value)}
        change={before(stats.new_users)}
        direction={directionOf(stats.new_users)}
      />
      <Stat
        label={text.activeCustomers}
        value={count(stats.active_customers.value)}
        change={before(stats.active_customers)}
        direction={directionOf(stats.active_customers)}
      />
    </div>
  )
}

function directionOf({ value, previous }: Figure): "up" | "down" | "same" {
  if (value === previous) return "same"
  return value > previous ? "up" : "down"
}

/** The page's shape before its figures are here. */
export function WaitingForFigures() {
  return (
    <Loading label={en.common.loading}>
      <div className="grid gap-6">
        <div className={FOUR}>
          {["a", "b", "c", "d"].map((key) => (
            <Skeleton key={key} className="h-28" />
          ))}
        </div>
        <Skeleton className="h-24" />
        <Skeleton className="h-72" />
      </div>
    </Loading>
  )
}
