import { Card } from "@zimmer/ui/Card"
import { Chart } from "@zimmer/ui/Chart"
import { count, dayAndMonth, toman } from "@zimmer/ui/format"
import type { Stats } from "@/features/home/queries"
import { home as text } from "@/messages/home"

/** Revenue and tokens, day by day. A single day is no chart. */
export function Charts({ stats }: { stats: Stats }) {
  if (stats.tokens_by_day.length < 2) return null
  const seesMoney = stats.revenue_by_day !== null
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      {stats.revenue_by_day && (
        <Card>
          <h2 className="mb-3 font-bold">{text.revenueChart}</h2>
          <Chart
            label={text.revenueChart}
            dayName={text.day}
            days={stats.revenue_by_day.map(({ day, amount }) => ({
              day: dayAndMonth(day),
              amount,
            }))}
            series={[{ key: "amount", name: text.revenueOf, tone: "lapis" }]}
            format={toman}
          />
        </Card>
      )}
      <Card>
        <h2 className="mb-3 font-bold">{text.tokensChart}</h2>
        <Chart
          label={text.tokensChart}
          dayName={text.day}
          days={stats.tokens_by_day.map(({ day, used, sold }) => ({
            day: dayAndMonth(day),
            used,
            sold: sold ?? 0,
          }))}
          series={[
            { key: "used", name: text.used, tone: "lapis" as const },
            ...(seesMoney ? [{ key: "sold", name: text.sold, tone: "gold" as const }] : []),
          ]}
          format={count}
        />
      </Card>
    </div>
  )
}
