import { useInfiniteQuery } from "@tanstack/react-query"
import { Empty } from "@zimmer/ui/Empty"
import { moment, toman } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import type { Column } from "@zimmer/ui/Table"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import { PaymentBadge } from "@/features/payments/PaymentBadge"
import { type PaymentRow, payments, paymentsFile } from "@/features/payments/queries"
import { DownloadFile } from "@/listing/DownloadFile"
import { ChoiceFilter, DayFilter, FilterBar, OnlyFilter, SearchFilter } from "@/listing/FilterBar"
import { Listing } from "@/listing/Listing"
import { useFilters } from "@/listing/useFilters"
import { en } from "@/messages/en"
import { payments as text } from "@/messages/payments"

const COLUMNS: Column<PaymentRow>[] = [
  {
    key: "payment",
    header: text.columns.payment,
    primary: true,
    cell: (row) => <bdi dir="ltr">{row.transaction_id}</bdi>,
  },
  {
    key: "customer",
    header: text.columns.customer,
    cell: (row) => <bdi dir="auto">{row.user.name}</bdi>,
  },
  {
    key: "automation",
    header: text.columns.automation,
    cell: (row) => <bdi dir="auto">{row.automation.name}</bdi>,
  },
  {
    key: "amount",
    header: text.columns.amount,
    align: "end",
    cell: (row) => <span className="whitespace-nowrap">{toman(row.amount)}</span>,
  },
  {
    key: "tokens",
    header: text.columns.tokens,
    align: "end",
    cell: (row) => <TokenAmount tokens={row.tokens} size="sm" />,
  },
  {
    key: "status",
    header: text.columns.status,
    cell: (row) => <PaymentBadge status={row.status} />,
  },
  {
    key: "at",
    header: text.columns.at,
    cell: (row) => <span className="whitespace-nowrap">{moment(row.created_at)}</span>,
  },
]

/** Every purchase, by what a member of the staff may know of it. */
export function Payments() {
  const filters = useFilters("q", "status", "from", "to", "user_id", "automation_id")
  const { values, set, clear, areSet } = filters
  const query = useInfiniteQuery(payments(values))
  return (
    <Page
      title={text.title}
      lead={text.lead}
      actions={
        <DownloadFile
          name="payments.csv"
          label={en.list.csv}
          fetchFile={() => paymentsFile(values)}
        />
      }
    >
      <FilterBar onClear={areSet ? clear : undefined}>
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
        <DayFilter label={en.list.from} value={values.from} onChoose={(day) => set("from", day)} />
        <DayFilter label={en.list.to} value={values.to} onChoose={(day) => set("to", day)} />
        {values.user_id && (
          <OnlyFilter words={text.ofUser(values.user_id)} onEnd={() => set("user_id", "")} />
        )}
        {values.automation_id && (
          <OnlyFilter
            words={text.ofAutomation(values.automation_id)}
            onEnd={() => set("automation_id", "")}
          />
        )}
      </FilterBar>
      <Listing
        query={query}
        caption={text.caption}
        columns={COLUMNS}
        rowKey={(row) => row.id}
        rowHref={(row) => filters.hrefOf(row.id)}
        empty={<Empty title={text.empty}>{text.emptyLead}</Empty>}
        onClear={areSet ? clear : undefined}
      />
    </Page>
  )
}
