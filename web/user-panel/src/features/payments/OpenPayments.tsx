import type { PaymentLine } from "@zimmer/api/payments"
import { ButtonLink } from "@zimmer/ui/Button"
import { count, moment, toman } from "@zimmer/ui/format"
import { Notice } from "@zimmer/ui/Notice"
import Link from "next/link"
import { isOpenPhase } from "@/features/payments/status"
import { fa } from "@/messages/fa"

const text = fa.payments

type Props = {
  open: readonly PaymentLine[]
  healed: readonly PaymentLine[]
  /** How many of the open ones stand here; the rest is one line. */
  most: number
}

/** Purchases whose outcome is open, and those that have just come right. */
export function OpenPayments({ open, healed, most }: Props) {
  const more = open.length - most
  return (
    <>
      <Healed lines={healed} />
      {open.slice(0, most).map((line) => (
        <OpenPayment key={line.transaction_id} line={line} />
      ))}
      {more > 0 && (
        <ButtonLink as={Link} href="/payments" variant="quiet" className="justify-self-start">
          {text.moreOpen(count(more))}
        </ButtonLink>
      )}
    </>
  )
}

/** Purchases that were open a moment ago and are done now. */
export function Healed({ lines }: { lines: readonly PaymentLine[] }) {
  return lines.map((line) => (
    <Notice key={line.transaction_id} tone="good" live="polite">
      {text.healed(count(line.tokens))}
    </Notice>
  ))
}

function OpenPayment({ line }: { line: PaymentLine }) {
  if (!isOpenPhase(line.phase)) return null
  return (
    <Notice
      tone={line.phase === "crediting" ? "good" : "wait"}
      title={text.openTitle[line.phase]}
      action={
        <ButtonLink
          as={Link}
          href={`/payment/return/?payment=${line.transaction_id}`}
          variant="secondary"
        >
          {text.openAction[line.phase]}
        </ButtonLink>
      }
    >
      <p>{text.what(count(line.tokens), line.automation.name, toman(line.amount))}</p>
      <p className="text-ink-soft text-sm">{text.openLead[line.phase]}</p>
      <p className="text-ink-soft text-xs">{moment(line.created_at)}</p>
    </Notice>
  )
}
