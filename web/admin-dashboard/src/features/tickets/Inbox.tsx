import { useInfiniteQuery } from "@tanstack/react-query"
import { Badge } from "@zimmer/ui/Badge"
import { Empty } from "@zimmer/ui/Empty"
import { moment } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import type { Column } from "@zimmer/ui/Table"
import { PriorityBadge, StatusBadge } from "@/features/tickets/Badges"
import { type TicketRow, tickets } from "@/features/tickets/queries"
import { ChoiceFilter, FilterBar, OnlyFilter, SearchFilter } from "@/listing/FilterBar"
import { Listing } from "@/listing/Listing"
import { useFilters } from "@/listing/useFilters"
import { tickets as text } from "@/messages/tickets"

const COLUMNS: Column<TicketRow>[] = [
  {
    key: "title",
    header: text.columns.title,
    primary: true,
    cell: (row) => (
      <span className="inline-flex flex-wrap items-center gap-2">
        <bdi dir="auto" className={row.unread ? "font-bold" : undefined}>
          {row.title}
        </bdi>
        {row.unread && <Badge tone="lapis">{text.unread}</Badge>}
      </span>
    ),
  },
  {
    key: "customer",
    header: text.columns.customer,
    cell: (row) => <bdi dir="auto">{row.customer.name}</bdi>,
  },
  {
    key: "status",
    header: text.columns.status,
    cell: (row) => <StatusBadge status={row.status} />,
  },
  {
    key: "priority",
    header: text.columns.priority,
    cell: (row) => <PriorityBadge priority={row.priority} />,
  },
  {
    key: "assigned",
    header: text.columns.assigned,
    cell: (row) =>
      row.assigned_to ? (
        <bdi dir="auto">{row.assigned_to.name}</bdi>
      ) : (
        <span className="text-ink-soft">{text.nobody}</span>
      ),
  },
  {
    key: "at",
    header: text.columns.at,
    cell: (row) => <span className="whitespace-nowrap">{moment(row.last_message_at)}</span>,
  },
]

/** What customers ask, with whoever has waited longest on top. */
export function Inbox() {
  const filters = useFilters("q", "status", "assigned", "priority", "sort", "user_id")
  const { values, set, clear, areSet } = filters
  const query = useInfiniteQuery(tickets(values))
  const onClear = areSet ? clear : undefined
  return (
    <Page title={text.title} lead={text.lead}>
      <FilterBar onClear={onClear}>
        <SearchFilter
          label={text.search}
          hint={text.searchHint}
          value={values.q ?? ""}
          onSearch={(words) => set("q", words)}
        />
        <ChoiceFilter
          label={text.status}
          value={values.status}
          names={text.statuses}
          onChoose={(status) => set("status", status)}
        />
        <ChoiceFilter
          label={text.assigned}
          value={values.assigned}
          names={text.assignments}
          onChoose={(assigned) => set("assigned", assigned)}
        />
        <ChoiceFilter
          label={text.priority}
          value={values.priority}
          names={text.priorities}
          onChoose={(priority) => set("priority", priority)}
        />
        <ChoiceFilter
          label={text.sort}
          value={values.sort}
          names={{ newest: text.orders.newest }}
          all={text.orders.waiting}
          onChoose={(sort) => set("sort", sort)}
        />
        {values.user_id && (
          <OnlyFilter words={text.ofUser(values.user_id)} onEnd={() => set("user_id", "")} />
        )}
      </FilterBar>
      <Listing
        query={query}
        caption={text.caption}
        columns={COLUMNS}
        rowKey={(row) => row.id}
        rowHref={(row) => filters.hrefOf(row.id)}
        empty={<Empty title={text.empty}>{text.emptyLead}</Empty>}
        onClear={onClear}
      />
    </Page>
  )
}
