import { useInfiniteQuery } from "@tanstack/react-query"
import { type Me, may } from "@zimmer/api/session"
import { Button } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import { count, toman } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import type { Column } from "@zimmer/ui/Table"
import { Plus } from "lucide-react"
import dynamic from "next/dynamic"
import { useRouter } from "next/router"
import { useState } from "react"
import { HealthBadge, MarketBadge } from "@/features/automations/Badges"
import { type AutomationRow, automations } from "@/features/automations/queries"
import { ChoiceFilter, FilterBar, SearchFilter } from "@/listing/FilterBar"
import { Listing } from "@/listing/Listing"
import { useFilters } from "@/listing/useFilters"
import { automations as text } from "@/messages/automations"

const FormDialog = dynamic(() =>
  import("@/features/automations/FormDialog").then((part) => part.FormDialog),
)

const COLUMNS: Column<AutomationRow>[] = [
  {
    key: "name",
    header: text.columns.name,
    primary: true,
    cell: (row) => <bdi dir="auto">{row.name}</bdi>,
  },
  {
    key: "developer",
    header: text.columns.developer,
    cell: (row) => <bdi dir="auto">{row.developer}</bdi>,
  },
  {
    key: "price",
    header: text.columns.price,
    align: "end",
    cell: (row) => <span className="whitespace-nowrap">{toman(row.price_per_token)}</span>,
  },
  {
    key: "state",
    header: text.columns.state,
    cell: (row) => <MarketBadge listed={row.is_listed} sold={row.status} />,
  },
  {
    key: "health",
    header: text.columns.health,
    cell: (row) => <HealthBadge health={row.health_status} />,
  },
  {
    key: "customers",
    header: text.columns.customers,
    align: "end",
    cell: (row) => count(row.customers),
  },
]

/** What is offered. */
export function Automations({ user }: { user: Me }) {
  const router = useRouter()
  const filters = useFilters("q", "listed", "health")
  const { values, set, clear, areSet } = filters
  const query = useInfiniteQuery(automations(values))
  const [isMaking, setMaking] = useState(false)
  const onClear = areSet ? clear : undefined
  return (
    <Page
      title={text.title}
      lead={text.lead}
      actions={
        may(user, "prices.write") && (
          <Button variant="primary" icon={<Plus />} onClick={() => setMaking(true)}>
            {text.create}
          </Button>
        )
      }
    >
      <FilterBar onClear={onClear}>
        <SearchFilter
          label={text.search}
          hint={text.searchHint}
          value={values.q ?? ""}
          onSearch={(words) => set("q", words)}
        />
        <ChoiceFilter
          label={text.listed}
          value={values.listed}
          names={text.listedNames}
          onChoose={(listed) => set("listed", listed)}
        />
        <ChoiceFilter
          label={text.health}
          value={values.health}
          names={text.healths}
          onChoose={(health) => set("health", health)}
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
      {isMaking && (
        <FormDialog
          mayPrice
          onClose={() => setMaking(false)}
          onSaved={(made) => void router.push(filters.hrefOf(made.id))}
        />
      )}
    </Page>
  )
}
