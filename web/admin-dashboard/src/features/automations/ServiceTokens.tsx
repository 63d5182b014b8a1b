import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { moment } from "@zimmer/ui/format"
import { type Column, Table } from "@zimmer/ui/Table"
import { useState } from "react"
import type { AutomationRecord } from "@/features/automations/queries"
import { RotateDialog } from "@/features/automations/RotateDialog"
import { automations as text } from "@/messages/automations"

type Row = AutomationRecord["service_tokens"][number]

const COLUMNS: Column<Row>[] = [
  { key: "id", header: text.token, primary: true, cell: (row) => String(row.id) },
  { key: "made", header: text.made, cell: (row) => moment(row.created_at) },
  {
    key: "used",
    header: text.used,
    cell: (row) => (row.last_used_at ? moment(row.last_used_at) : text.never),
  },
  {
    key: "ends",
    header: text.ends,
    cell: (row) => (row.expires_at ? moment(row.expires_at) : text.never),
  },
  {
    key: "state",
    header: "",
    cell: (row) => (
      <Badge tone={isLiving(row) ? "good" : "neutral"}>
        {isLiving(row) ? text.living : text.over}
      </Badge>
    ),
  },
]

type Props = { automation: AutomationRecord; mayRotate: boolean }

/** By what the automation proves itself. What a token says is shown once, when it is made. */
export function ServiceTokens({ automation, mayRotate }: Props) {
  const [isRotating, setRotating] = useState(false)
  return (
    <section aria-labelledby="tokens" className="grid gap-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h2 id="tokens" className="font-bold">
            {text.tokens}
          </h2>
          <p className="text-ink-soft text-sm">{text.tokensLead}</p>
        </div>
        {mayRotate && <Button onClick={() => setRotating(true)}>{text.rotate}</Button>}
      </div>
      {automation.service_tokens.length === 0 ? (
        <p className="text-ink-soft">{text.tokensEmpty}</p>
      ) : (
        <Table
          caption={text.tokens}
          columns={COLUMNS}
          rows={automation.service_tokens}
          rowKey={(row) => row.id}
        />
      )}
      {isRotating && <RotateDialog id={automation.id} onClose={() => setRotating(false)} />}
    </section>
  )
}

function isLiving({ revoked_at, expires_at }: Row): boolean {
  return revoked_at === null && (expires_at === null || Date.parse(expires_at) > Date.now())
}
