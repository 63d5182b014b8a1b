import { toman } from "@zimmer/ui/format"
import { type Column, Table } from "@zimmer/ui/Table"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import Link from "next/link"
import type { Stats } from "@/features/home/queries"
import { home as text } from "@/messages/home"

type Row = Stats["top_automations"][number]

const COLUMNS: Column<Row>[] = [
  {
    key: "name",
    header: text.automation,
    primary: true,
    cell: (row) => <bdi dir="auto">{row.name}</bdi>,
  },
  {
    key: "used",
    header: text.tokensUsed,
    align: "end",
    cell: (row) => <TokenAmount tokens={row.tokens_used} size="sm" />,
  },
]

const REVENUE: Column<Row> = {
  key: "revenue",
  header: text.revenueOf,
  align: "end",
  cell: (row) => toman(row.revenue ?? 0),
}

/** The five automations that used most. */
export function Top({ stats }: { stats: Stats }) {
  const seesMoney = stats.revenue_by_day !== null
  return (
    <section className="grid gap-3">
      <h2 className="font-bold">{text.top}</h2>
      {stats.top_automations.length === 0 ? (
        <p className="text-ink-soft">{text.noUse}</p>
      ) : (
        <Table
          caption={text.top}
          columns={seesMoney ? [...COLUMNS, REVENUE] : COLUMNS}
          rows={stats.top_automations}
          rowKey={(row) => row.automation_id}
          rowHref={(row) => `/automations/?id=${row.automation_id}`}
          as={Link}
        />
      )}
    </section>
  )
}
