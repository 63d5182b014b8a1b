import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { toman } from "@zimmer/ui/format"
import { type Column, Table } from "@zimmer/ui/Table"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import { useState } from "react"
import { PackagesDialog } from "@/features/automations/PackagesDialog"
import type { AutomationRecord } from "@/features/automations/queries"
import { automations as text } from "@/messages/automations"

type Row = AutomationRecord["packages"][number]

const COLUMNS: Column<Row>[] = [
  {
    key: "tokens",
    header: text.packageTokens,
    primary: true,
    cell: (row) => <TokenAmount tokens={row.tokens} size="sm" />,
  },
  {
    key: "amount",
    header: text.packageAmount,
    align: "end",
    cell: (row) => toman(row.amount),
  },
  {
    key: "highlight",
    header: "",
    cell: (row) => row.highlight && <Badge tone="lapis">{text.highlight}</Badge>,
  },
]

type Props = { automation: AutomationRecord; mayPrice: boolean }

/** The sizes with prices of their own. */
export function Packages({ automation, mayPrice }: Props) {
  const [isEditing, setEditing] = useState(false)
  return (
    <section aria-labelledby="packages" className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="packages" className="font-bold">
          {text.packages}
        </h2>
        {mayPrice && <Button onClick={() => setEditing(true)}>{text.editPackages}</Button>}
      </div>
      {automation.packages.length === 0 ? (
        <p className="text-ink-soft">{text.packagesEmpty}</p>
      ) : (
        <Table
          caption={text.packages}
          columns={COLUMNS}
          rows={automation.packages}
          rowKey={(row) => row.id}
        />
      )}
      {isEditing && <PackagesDialog automation={automation} onClose={() => setEditing(false)} />}
    </section>
  )
}
