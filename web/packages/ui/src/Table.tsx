import { ChevronLeft } from "lucide-react"
import type { ElementType, ReactNode } from "react"
import { cx } from "./cx"

export type Column<Row> = {
  key: string
  header: ReactNode
  cell: (row: Row) => ReactNode
  align?: "start" | "center" | "end"
  /** The cell that names the row: its header, and the headline of its card on a phone. */
  primary?: boolean
}

type Props<Row> = {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string | number
  /** Where a whole row leads. */
  rowHref?: (row: Row) => string
  /** The framework's own link. */
  as?: ElementType
}

const alignments = {
  start: "@xl:text-start",
  center: "@xl:text-center",
  end: "tabular-nums @xl:text-end",
}

/** A table on wide screens; on phones each row is a card with its headers beside its values. */
export function Table<Row>({ caption, columns, rows, rowKey, rowHref, as }: Props<Row>) {
  return (
    <div className="@container min-w-0">
      <div className="rounded-lg border-line @xl:overflow-x-auto @xl:border @xl:bg-card @xl:shadow-card">
        <table className="block w-full text-sm @xl:table">
          <caption className="sr-only">{caption}</caption>
          <thead className="hidden @xl:table-header-group">
            <tr className="border-b border-line text-xs text-ink-soft">
              {columns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  className={cx(
                    "px-4 py-3 font-medium text-start",
                    alignments[column.align ?? "start"],
                  )}
                >
                  {column.header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="flex flex-col gap-3 @xl:table-row-group">
            {rows.map((row) => (
              <tr key={rowKey(row)} className={cx(line, rowHref && "hover:bg-paper")}>
                {columns.map((column) => (
                  <Cell
                    key={column.key}
                    column={column}
                    row={row}
                    href={column.primary ? rowHref?.(row) : undefined}
                    as={as}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

const line =
  "relative flex flex-col gap-2 rounded-md border border-line bg-card p-4 transition-colors duration-150 " +
  "@xl:table-row @xl:rounded-none @xl:border-0 @xl:not-last:border-b @xl:bg-transparent"

type CellProps<Row> = { column: Column<Row>; row: Row; href?: string; as?: ElementType }

function Cell<Row>({ column, row, href, as: Link = "a" }: CellProps<Row>) {
  const Tag = column.primary ? "th" : "td"
  const value = column.cell(row)
  return (
    <Tag
      scope={column.primary ? "row" : undefined}
      className={cx(
        "flex min-w-0 items-center justify-between gap-4 text-start @xl:table-cell @xl:h-14 @xl:px-4 @xl:py-2",
        column.primary ? "text-base font-medium @xl:text-sm" : "font-normal",
        alignments[column.align ?? "start"],
      )}
    >
      {!column.primary && (
        <span className="shrink-0 text-xs text-ink-soft @xl:hidden">{column.header}</span>
      )}
      <span className="min-w-0 wrap-break-word">
        {href ? (
          <RowLink href={href} as={Link}>
            {value}
          </RowLink>
        ) : (
          value
        )}
      </span>
      {href && (
        <ChevronLeft
          aria-hidden
          className="size-4 shrink-0 text-ink-soft ltr:-scale-x-100 @xl:hidden"
        />
      )}
    </Tag>
  )
}

/** One link in the headline, stretched over its row, so that a keyboard meets each row once. */
function RowLink({
  href,
  as: Link,
  children,
}: {
  href: string
  as: ElementType
  children: ReactNode
}) {
  return (
    <Link
      href={href}
      className="-my-2 inline-flex min-h-11 items-center after:absolute after:inset-0 after:rounded-md focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-lapis"
    >
      {children}
    </Link>
  )
}
