import { useInfiniteQuery } from "@tanstack/react-query"
import { type Me, may } from "@zimmer/api/session"
import { Empty } from "@zimmer/ui/Empty"
import { moment } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import type { Column } from "@zimmer/ui/Table"
import { Act, Actor, Thing } from "@/features/audit/Cells"
import { Changes } from "@/features/audit/Changes"
import { IdFilter } from "@/features/audit/IdFilter"
import { type Entry, entries, entriesFile } from "@/features/audit/queries"
import { DownloadFile } from "@/listing/DownloadFile"
import { ChoiceFilter, DayFilter, FilterBar } from "@/listing/FilterBar"
import { Listing } from "@/listing/Listing"
import { useFilters } from "@/listing/useFilters"
import { audit as text } from "@/messages/audit"
import { en } from "@/messages/en"

const COLUMNS: Column<Entry>[] = [
  {
    key: "at",
    header: text.columns.at,
    cell: (entry) => <span className="whitespace-nowrap">{moment(entry.at)}</span>,
  },
  { key: "actor", header: text.columns.actor, cell: (entry) => <Actor entry={entry} /> },
  {
    key: "action",
    header: text.columns.action,
    primary: true,
    cell: (entry) => <Act entry={entry} />,
  },
  { key: "entity", header: text.columns.entity, cell: (entry) => <Thing entry={entry} /> },
  { key: "change", header: text.columns.change, cell: (entry) => <Changes entry={entry} /> },
]

/** What the staff did. */
export function Audit({ user }: { user: Me }) {
  const filters = useFilters("action", "entity", "entity_id", "actor", "from", "to")
  const { values, set, clear, areSet } = filters
  const query = useInfiniteQuery(entries(values))
  const onClear = areSet ? clear : undefined
  return (
    <Page
      title={text.title}
      lead={may(user, "audit.read") ? text.lead : text.ownArea}
      actions={
        <DownloadFile name="audit.csv" label={en.list.csv} fetchFile={() => entriesFile(values)} />
      }
    >
      <FilterBar onClear={onClear}>
        <ChoiceFilter
          label={text.action}
          value={values.action}
          names={text.acts}
          onChoose={(action) => set("action", action)}
        />
        <ChoiceFilter
          label={text.entity}
          value={values.entity}
          names={text.entities}
          onChoose={(entity) => set("entity", entity)}
        />
        <IdFilter
          label={text.entityId}
          value={values.entity_id}
          onChoose={(id) => set("entity_id", id)}
        />
        <IdFilter
          label={text.actor}
          value={values.actor}
          isNumber
          onChoose={(id) => set("actor", id)}
        />
        <DayFilter label={en.list.from} value={values.from} onChoose={(day) => set("from", day)} />
        <DayFilter label={en.list.to} value={values.to} onChoose={(day) => set("to", day)} />
      </FilterBar>
      <Listing
        query={query}
        caption={text.caption}
        columns={COLUMNS}
        rowKey={(entry) => entry.id}
        empty={<Empty title={text.empty} />}
        onClear={onClear}
      />
    </Page>
  )
}
