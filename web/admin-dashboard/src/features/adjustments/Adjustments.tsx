import { useInfiniteQuery } from "@tanstack/react-query"
import { type Me, may } from "@zimmer/api/session"
import { useAddress } from "@zimmer/panel/useAddress"
import { Button } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import { moment } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import type { Column } from "@zimmer/ui/Table"
import { Plus } from "lucide-react"
import dynamic from "next/dynamic"
import { useState } from "react"
import { Delta } from "@/features/adjustments/Delta"
import { type Adjustment, adjustments } from "@/features/adjustments/queries"
import { StateBadge } from "@/features/adjustments/StateBadge"
import { ChoiceFilter, FilterBar } from "@/listing/FilterBar"
import { Listing } from "@/listing/Listing"
import { useFilters } from "@/listing/useFilters"
import { adjustments as text } from "@/messages/adjustments"

const AskDialog = dynamic(() =>
  import("@/features/adjustments/AskDialog").then((part) => part.AskDialog),
)

const COLUMNS: Column<Adjustment>[] = [
  {
    key: "customer",
    header: text.columns.customer,
    primary: true,
    cell: (row) => <bdi dir="auto">{row.user.name}</bdi>,
  },
  {
    key: "automation",
    header: text.columns.automation,
    cell: (row) => <bdi dir="auto">{row.automation.name}</bdi>,
  },
  {
    key: "delta",
    header: text.columns.delta,
    align: "end",
    cell: (row) => <Delta tokens={row.delta} />,
  },
  {
    key: "state",
    header: text.columns.state,
    cell: (row) => <StateBadge state={row.state} />,
  },
  {
    key: "by",
    header: text.columns.by,
    cell: (row) => <bdi dir="auto">{row.requested_by.name}</bdi>,
  },
  {
    key: "at",
    header: text.columns.at,
    cell: (row) => <span className="whitespace-nowrap">{moment(row.created_at)}</span>,
  },
]

/** Corrections that were asked for. `?new=7` opens the form for copy 7. */
export function Adjustments({ user }: { user: Me }) {
  const filters = useFilters("state")
  const { values, set, clear, areSet } = filters
  const query = useInfiniteQuery(adjustments(values))
  const mayAsk = may(user, "adjustments.request")
  const wanted = useAddress("new")
  const [asked, setAsking] = useState<boolean | null>(null) // null: as the address says, which is known late
  const isAsking = asked ?? Boolean(wanted)
  const onClear = areSet ? clear : undefined
  return (
    <Page
      title={text.title}
      lead={text.lead}
      actions={
        mayAsk && (
          <Button variant="primary" icon={<Plus />} onClick={() => setAsking(true)}>
            {text.ask}
          </Button>
        )
      }
    >
      <FilterBar onClear={onClear}>
        <ChoiceFilter
          label={text.state}
          value={values.state}
          names={text.states}
          onChoose={(state) => set("state", state)}
        />
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
      {mayAsk && isAsking && <AskDialog copyId={wanted ?? ""} onClose={() => setAsking(false)} />}
    </Page>
  )
}
