import { Badge } from "@zimmer/ui/Badge"
import { Pagination } from "@zimmer/ui/Pagination"
import { type Column, Table } from "@zimmer/ui/Table"
import { Tab, Tabs } from "@zimmer/ui/Tabs"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import { useState } from "react"
import type { Sample } from "@/features/kit/samples"

type Row = { id: number; name: string; tokens: number; tone: "good" | "wait" | "bad" }

/** A table, its end and its tabs. */
export function Lists({ t }: { t: Sample }) {
  const [tab, setTab] = useState("week")
  const names = { good: t.confirmed, wait: t.checking, bad: t.failed }
  const columns: Column<Row>[] = [
    { key: "name", header: t.name, cell: (row) => row.name, primary: true },
    {
      key: "tokens",
      header: t.tokens,
      cell: (row) => <TokenAmount tokens={row.tokens} size="sm" />,
    },
    { key: "when", header: t.when, cell: () => t.at },
    {
      key: "state",
      header: t.state,
      cell: (row) => <Badge tone={row.tone}>{names[row.tone]}</Badge>,
    },
  ]
  const rows: Row[] = [
    { id: 1, name: t.name, tokens: 500, tone: "good" },
    { id: 2, name: t.long, tokens: 123456789012, tone: "wait" },
    { id: 3, name: t.teaching, tokens: 5, tone: "bad" },
  ]
  return (
    <>
      <Tabs
        value={tab}
        onValueChange={setTab}
        label={t.when}
        tabs={[
          { value: "week", label: t.week },
          { value: "month", label: t.month },
        ]}
      >
        <Tab value="week">
          <Table
            caption={t.more}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            rowHref={() => "#kit"}
          />
        </Tab>
        <Tab value="month">{t.emptyLead}</Tab>
      </Tabs>
      <Pagination hasMore loading={false} onMore={() => {}} label={t.more} />
      <Pagination hasMore loading onMore={() => {}} label={t.more} />
      <Pagination
        hasMore={false}
        loading={false}
        onMore={() => {}}
        label={t.more}
        endLabel={t.end}
      />
    </>
  )
}
