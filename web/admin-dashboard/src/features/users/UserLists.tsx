import { Badge } from "@zimmer/ui/Badge"
import { moment, toman } from "@zimmer/ui/format"
import { type Column, Table } from "@zimmer/ui/Table"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import Link from "next/link"
import type { ReactNode } from "react"
import type { UserDetail } from "@/features/users/queries"
import { users as text } from "@/messages/users"
import { PlaceLink } from "@/shell/PlaceLink"

type Held = UserDetail["automations"][number]
type Paid = UserDetail["payments"][number]
type Asked = UserDetail["tickets"][number]

const HELD: Column<Held>[] = [
  {
    key: "name",
    header: text.automation,
    primary: true,
    cell: (row) => <bdi dir="auto">{row.name}</bdi>,
  },
  { key: "copy", header: text.copy, cell: (row) => String(row.user_automation_id) },
  {
    key: "paid",
    header: text.paid,
    align: "end",
    cell: (row) => <TokenAmount tokens={row.tokens_remaining} size="sm" />,
  },
  {
    key: "demo",
    header: text.demo,
    align: "end",
    cell: (row) => <TokenAmount tokens={row.demo_tokens} size="sm" />,
  },
  {
    key: "status",
    header: text.status,
    cell: (row) => (
      <Badge tone={row.status === "active" ? "good" : "neutral"}>
        {text.copyStates[row.status]}
      </Badge>
    ),
  },
]

const ADJUST: Column<Held> = {
  key: "adjust",
  header: "",
  cell: (row) => (
    <PlaceLink href={`/tokens/adjustments/?new=${row.user_automation_id}`}>{text.adjust}</PlaceLink>
  ),
}

const PAYMENTS: Column<Paid>[] = [
  {
    key: "at",
    header: text.at,
    primary: true,
    cell: (row) => moment(row.created_at),
  },
  { key: "amount", header: text.amount, align: "end", cell: (row) => toman(row.amount) },
  {
    key: "tokens",
    header: text.tokens,
    align: "end",
    cell: (row) => <TokenAmount tokens={row.tokens} size="sm" />,
  },
  {
    key: "status",
    header: text.status,
    cell: (row) => (
      <Badge tone={row.phase === "done" ? "good" : "neutral"}>{text.phases[row.phase]}</Badge>
    ),
  },
]

const TICKETS: Column<Asked>[] = [
  {
    key: "title",
    header: text.tickets,
    primary: true,
    cell: (row) => <bdi dir="auto">{row.title}</bdi>,
  },
  { key: "status", header: text.status, cell: (row) => text.ticketStatuses[row.status] },
  { key: "at", header: text.at, cell: (row) => moment(row.last_message_at) },
]

/** What a person has, has bought and has asked. */
export function UserLists({ user, mayAdjust }: { user: UserDetail; mayAdjust: boolean }) {
  return (
    <>
      <Part title={text.held} empty={user.automations.length === 0 && text.heldEmpty}>
        <Table
          caption={text.held}
          columns={mayAdjust ? [...HELD, ADJUST] : HELD}
          rows={user.automations}
          rowKey={(row) => row.user_automation_id}
        />
      </Part>
      <Part
        title={text.payments}
        empty={user.payments.length === 0 && text.paymentsEmpty}
        more={{ href: `/payments/?user_id=${user.id}`, label: text.allPayments }}
      >
        <Table
          caption={text.payments}
          columns={PAYMENTS}
          rows={user.payments}
          rowKey={(row) => row.id}
          rowHref={(row) => `/payments/?id=${row.id}`}
          as={Link}
        />
      </Part>
      <Part
        title={text.tickets}
        empty={user.tickets.length === 0 && text.ticketsEmpty}
        more={{ href: `/tickets/?user_id=${user.id}`, label: text.allTickets }}
      >
        <Table
          caption={text.tickets}
          columns={TICKETS}
          rows={user.tickets}
          rowKey={(row) => row.id}
          rowHref={(row) => `/tickets/?id=${row.id}`}
          as={Link}
        />
      </Part>
    </>
  )
}

type PartProps = {
  title: string
  /** The sentence instead of the list, when there is nothing in it. */
  empty: string | false
  more?: { href: string; label: string }
  children: ReactNode
}

function Part({ title, empty, more, children }: PartProps) {
  return (
    <section className="grid gap-2">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="font-bold">{title}</h2>
        {more && !empty && <PlaceLink href={more.href}>{more.label}</PlaceLink>}
      </div>
      {empty ? <p className="text-ink-soft text-sm">{empty}</p> : children}
    </section>
  )
}
