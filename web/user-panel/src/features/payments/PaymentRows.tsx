import type { PaymentLine } from "@zimmer/api/payments"
import { ReceiptButton } from "@zimmer/panel/ReceiptButton"
import { Card } from "@zimmer/ui/Card"
import { count, moment, toman } from "@zimmer/ui/format"
import Link from "next/link"
import { PhaseBadge } from "@/features/payments/PhaseBadge"
import { fa } from "@/messages/fa"

/** Purchases, one a row, two lines on a phone; each row leads to its own page, and a paid one to its receipt. */
export function PaymentRows({ lines }: { lines: readonly PaymentLine[] }) {
  return (
    <Card as="ul" padding="none" aria-label={fa.payments.caption} className="divide-y divide-line">
      {lines.map((line) => (
        <li
          key={line.transaction_id}
          className="grid grid-cols-1 items-center sm:grid-cols-[minmax(0,1fr)_7rem]"
        >
          <PaymentRow line={line} />
          {line.has_receipt && <Receipt line={line} />}
        </li>
      ))}
    </Card>
  )
}

function PaymentRow({ line }: { line: PaymentLine }) {
  return (
    <Link
      href={`/payment/return/?payment=${line.transaction_id}`}
      className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 px-4 py-3 transition-colors hover:bg-fill sm:min-h-14 sm:grid-cols-[minmax(0,2fr)_minmax(0,1.2fr)_minmax(0,1.2fr)_9rem] sm:px-6"
    >
      <span className="min-w-0">
        <span className="block font-medium">{line.automation.name}</span>
        <span className="block text-ink-soft text-sm">
          {fa.common.tokensOf(count(line.tokens))}
        </span>
      </span>
      <span className="text-end font-medium sm:text-start">{toman(line.amount)}</span>
      <span className="text-ink-soft text-sm">{moment(line.created_at)}</span>
      <span className="justify-self-end">
        <PhaseBadge phase={line.phase} />
      </span>
    </Link>
  )
}

function Receipt({ line }: { line: PaymentLine }) {
  return (
    <div className="grid justify-items-start max-sm:pb-2">
      <ReceiptButton
        number={line.transaction_id}
        label={fa.receipt.get}
        title={fa.receipt.getOf(count(line.tokens), line.automation.name)}
        busyLabel={fa.receipt.getting}
      />
    </div>
  )
}
