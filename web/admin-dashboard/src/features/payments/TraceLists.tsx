import { Badge } from "@zimmer/ui/Badge"
import { count, moment } from "@zimmer/ui/format"
import { type Column, Table } from "@zimmer/ui/Table"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import type { ReactNode } from "react"
import type { Trace } from "@/features/payments/queries"
import { nameOfNotice } from "@/features/payments/steps"
import { en } from "@/messages/en"
import { payments as text } from "@/messages/payments"
import { PlaceLink } from "@/shell/PlaceLink"

type Entry = Trace["ledger"][number]
type Notified = Trace["notifications"][number]

const ENTRIES: Column<Entry>[] = [
  { key: "entry", header: text.entry, primary: true, cell: (entry) => `${entry.id}` },
  {
    key: "delta",
    header: text.delta,
    align: "end",
    cell: (entry) => <TokenAmount tokens={entry.delta} size="sm" />,
  },
  {
    key: "balance",
    header: text.balance,
    align: "end",
    cell: (entry) => <TokenAmount tokens={entry.balance_after} size="sm" />,
  },
  { key: "at", header: text.at, cell: (entry) => moment(entry.at) },
]

const NOTICES: Column<Notified>[] = [
  { key: "kind", header: text.kind, primary: true, cell: (notice) => nameOfNotice(notice.kind) },
  { key: "shown", header: text.shown, cell: (notice) => moment(notice.created_at) },
  {
    key: "read",
    header: text.readAt,
    cell: (notice) => (notice.read_at ? moment(notice.read_at) : en.common.none),
  },
  {
    key: "mail",
    header: text.mail,
    cell: ({ mail }) =>
      mail ? (
        <Badge tone={mail.state === "sent" ? "good" : "neutral"}>
          {text.mails[mail.state] ?? mail.state}
        </Badge>
      ) : (
        en.common.none
      ),
  },
]

/** What the payment left behind: tokens moved, messages taken, people told, tickets opened. */
export function TraceLists({ trace }: { trace: Trace }) {
  return (
    <>
      <Part title={text.ledger} empty={text.ledgerEmpty} count={trace.ledger.length}>
        <Table
          caption={text.ledger}
          columns={ENTRIES}
          rows={trace.ledger}
          rowKey={(entry) => entry.id}
        />
      </Part>
      <Part title={text.notices} empty={text.noticesEmpty} count={trace.notifications.length}>
        <Table
          caption={text.notices}
          columns={NOTICES}
          rows={trace.notifications}
          rowKey={(notice) => `${notice.kind} ${notice.created_at}`}
        />
      </Part>
      {trace.deliveries.length > 0 && (
        <Part title={text.deliveries} empty="" count={trace.deliveries.length}>
          <ul className="grid gap-1 text-sm">
            {trace.deliveries.map((delivery) => (
              <li key={`${delivery.message_id} ${delivery.at}`} className="break-all">
                <bdi dir="ltr" className="font-mono">
                  {delivery.message_id}
                </bdi>{" "}
                <span className="text-ink-soft">
                  {text.received(count(delivery.receive_count))}
                </span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={text.tickets} empty={text.ticketsEmpty} count={trace.tickets.length}>
        <ul>
          {trace.tickets.map((ticket) => (
            <li key={ticket.id}>
              <PlaceLink href={`/tickets/?id=${ticket.id}`}>
                <bdi dir="auto">{ticket.title}</bdi>
              </PlaceLink>
            </li>
          ))}
        </ul>
      </Part>
    </>
  )
}

type PartProps = { title: string; empty: string; count: number; children: ReactNode }

function Part({ title, empty, count: number, children }: PartProps) {
  return (
    <section className="grid gap-2">
      <h2 className="font-bold">{title}</h2>
      {number > 0 ? children : <p className="text-ink-soft text-sm">{empty}</p>}
    </section>
  )
}
