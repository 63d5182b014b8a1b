import { useInfiniteQuery } from "@tanstack/react-query"
import { type Me, may } from "@zimmer/api/session"
import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import { date } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import type { Column } from "@zimmer/ui/Table"
import { UserPlus } from "lucide-react"
import dynamic from "next/dynamic"
import { useState } from "react"
import { type UserLine, users, usersFile } from "@/features/users/queries"
import { DownloadFile } from "@/listing/DownloadFile"
import { ChoiceFilter, FilterBar, SearchFilter } from "@/listing/FilterBar"
import { Listing } from "@/listing/Listing"
import { useFilters } from "@/listing/useFilters"
import { en } from "@/messages/en"
import { users as text } from "@/messages/users"

const InviteDialog = dynamic(() =>
  import("@/features/users/InviteDialog").then((part) => part.InviteDialog),
)

const COLUMNS: Column<UserLine>[] = [
  {
    key: "name",
    header: text.columns.name,
    primary: true,
    cell: (row) => <bdi dir="auto">{row.name}</bdi>,
  },
  {
    key: "email",
    header: text.columns.email,
    cell: (row) => <bdi dir="ltr">{row.email}</bdi>,
  },
  { key: "role", header: text.columns.role, cell: (row) => en.roles[row.role] },
  {
    key: "state",
    header: text.columns.state,
    cell: (row) => (
      <Badge tone={row.is_active ? "good" : "bad"}>{row.is_active ? text.on : text.off}</Badge>
    ),
  },
  {
    key: "since",
    header: text.columns.since,
    cell: (row) => <span className="whitespace-nowrap">{date(row.created_at)}</span>,
  },
  {
    key: "last",
    header: text.columns.last,
    cell: (row) => (
      <span className="whitespace-nowrap">
        {row.last_active_on ? date(row.last_active_on) : text.never}
      </span>
    ),
  },
]

/** Everybody with an account. */
export function Users({ me }: { me: Me }) {
  const [isInviting, setInviting] = useState(false)
  const filters = useFilters("q", "role", "active")
  const { values, set, clear, areSet } = filters
  const query = useInfiniteQuery(users(values))
  const onClear = areSet ? clear : undefined
  return (
    <Page
      title={text.title}
      lead={text.lead}
      actions={
        <>
          {may(me, "users.manage") && (
            <Button
              variant="primary"
              icon={<UserPlus size={18} />}
              onClick={() => setInviting(true)}
            >
              {text.invite}
            </Button>
          )}
          <DownloadFile name="users.csv" label={en.list.csv} fetchFile={() => usersFile(values)} />
        </>
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
          label={text.role}
          value={values.role}
          names={en.roles}
          onChoose={(role) => set("role", role)}
        />
        <ChoiceFilter
          label={text.active}
          value={values.active}
          names={text.actives}
          onChoose={(active) => set("active", active)}
        />
      </FilterBar>
      <Listing
        query={query}
        caption={text.caption}
        columns={COLUMNS}
        rowKey={(row) => row.id}
        rowHref={(row) => filters.hrefOf(row.id)}
        empty={<Empty title={text.empty} />}
        onClear={onClear}
      />
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  )
}
