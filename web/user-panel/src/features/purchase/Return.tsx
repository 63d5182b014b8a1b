import { useMutation, useQueryClient } from "@tanstack/react-query"
import {
  checkPayment,
  type PaymentDetail,
  type Phase,
  type PublicStatus,
} from "@zimmer/api/payments"
import { asProblem } from "@zimmer/api/problem"
import { useSession } from "@zimmer/api/useSession"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { ReceiptButton } from "@zimmer/panel/ReceiptButton"
import { Button, ButtonLink } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { Empty } from "@zimmer/ui/Empty"
import { count, date } from "@zimmer/ui/format"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import { StarProgress } from "@zimmer/ui/StarProgress"
import Link from "next/link"
import { Cancel } from "@/features/purchase/Cancel"
import { CountUp } from "@/features/purchase/CountUp"
import { isOpen, type Outcome, outcomeOf } from "@/features/purchase/outcome"
import { PurchaseFacts } from "@/features/purchase/PurchaseFacts"
import { usePurchase } from "@/features/purchase/usePurchase"
import { fa } from "@/messages/fa"

const text = fa.returned
const CANCELABLE: readonly Phase[] = ["starting", "at_bank"]

/** Where the bank sends the customer, and where a purchase is followed to its end; works signed out. */
export function Return({ number }: { number: string }) {
  const { status, details, balance, hasJustEnded } = usePurchase(number)
  const purchase = status.data
  if (!purchase) {
    if (!status.isError) return <WaitingForReturn />
    if (asProblem(status.error).status === 404) return <Unknown />
    return (
      <ProblemNotice problem={status.error} onRetry={status.refetch} busy={status.isFetching} />
    )
  }
  const outcome = outcomeOf(purchase.phase, purchase.created_at, date)
  return (
    <Card padding="lg" className="mx-auto grid max-w-xl gap-6">
      <Star outcome={outcome} purchase={purchase} counts={hasJustEnded} />
      <div className="text-center" aria-live="polite">
        <h1 className="font-bold text-xl">{outcome.title}</h1>
        <p className="mt-2 text-ink-soft">
          {purchase.phase === "done" ? doneLead(purchase, balance) : outcome.lead}
        </p>
      </div>
      <Steps done={outcome.steps} isOpen={isOpen(purchase.phase)} />
      {status.isError && <ProblemNotice problem={status.error} />}
      <PurchaseFacts number={number} purchase={purchase} details={details} />
      <Ways number={number} purchase={purchase} outcome={outcome} details={details} />
    </Card>
  )
}

function doneLead(purchase: PublicStatus, balance: number | null): string {
  const tokens = count(purchase.tokens)
  return balance === null
    ? text.doneLeadVisitor(tokens, purchase.automation_name)
    : text.doneLead(tokens, purchase.automation_name, count(balance))
}

function Star({
  outcome,
  purchase,
  counts,
}: {
  outcome: Outcome
  purchase: PublicStatus
  counts: boolean
}) {
  return (
    <div className="flex justify-center">
      <StarProgress
        steps={3}
        done={outcome.steps}
        tone={outcome.tone}
        spinning={isOpen(purchase.phase)}
        size={160}
      >
        {purchase.phase === "done" && (
          <CountUp to={purchase.tokens} moves={counts} unit={fa.common.tokens} />
        )}
      </StarProgress>
    </div>
  )
}

function Steps({ done, isOpen }: { done: number; isOpen: boolean }) {
  return (
    <ol aria-label={text.stepsLabel} className="grid grid-cols-3 gap-2 text-center text-sm">
      {text.steps.map((step, index) => (
        <li
          key={step}
          aria-current={isOpen && index === done ? "step" : undefined}
          className={
            index < done ? "font-semibold text-ink" : "text-ink-soft aria-[current]:text-ink"
          }
        >
          {step}
        </li>
      ))}
    </ol>
  )
}

type WaysProps = {
  number: string
  purchase: PublicStatus
  outcome: Outcome
  details: PaymentDetail | undefined
}

/** Where to go from here. While the outcome is open there is no way to pay again. */
function Ways({ number, purchase, outcome, details }: WaysProps) {
  const { state } = useSession()
  const isMember = state === "member"
  const automation = details && `/automations/${details.automation.id}`
  return (
    <div className="grid gap-3">
      {details?.redirect_url && (
        <ButtonLink href={details.redirect_url} variant="primary" size="lg" block>
          {text.goOn}
        </ButtonLink>
      )}
      {isOpen(purchase.phase) && state !== "unknown" && (
        <CheckNow number={number} asksBank={isMember} />
      )}
      {outcome.mayTryAgain && automation && (
        <ButtonLink variant="primary" as={Link} href={`${automation}/tokens`} block>
          {text.again}
        </ButtonLink>
      )}
      {purchase.phase === "done" && automation && (
        <ButtonLink variant="primary" as={Link} href={automation} block>
          {text.toAutomation}
        </ButtonLink>
      )}
      {details?.has_receipt && (
        <ReceiptButton
          number={number}
          label={fa.receipt.get}
          busyLabel={fa.receipt.getting}
          block
        />
      )}
      {details && CANCELABLE.includes(purchase.phase) && <Cancel number={number} />}
      {isMember && (
        <ButtonLink as={Link} href="/payments" variant="quiet" block>
          {text.toPayments}
        </ButtonLink>
      )}
      {state === "visitor" && (
        <>
          <p className="text-center text-ink-soft text-sm">{text.visitorHint}</p>
          <ButtonLink as={Link} href="/login/?next=/payments/" variant="secondary" block>
            {text.signIn}
          </ButtonLink>
        </>
      )}
    </div>
  )
}

/** Ask at once instead of waiting: the bank, if the purchase is one's own; else only what we know. */
function CheckNow({ number, asksBank }: { number: string; asksBank: boolean }) {
  const cache = useQueryClient()
  const checking = useMutation({
    mutationFn: async () => {
      if (asksBank) await checkPayment(number).catch(unlessForeign)
      await cache.invalidateQueries({ queryKey: ["payments"] })
    },
  })
  return (
    <>
      {checking.isError && <ProblemNotice problem={checking.error} />}
      <Button
        variant="secondary"
        block
        busy={checking.isPending}
        busyLabel={text.checkBusy}
        onClick={() => checking.mutate()}
      >
        {text.check}
      </Button>
    </>
  )
}

function unlessForeign(error: unknown) {
  if (asProblem(error).status !== 404) throw error
}

/** The page was opened without a number. */
export function NoNumber() {
  return (
    <Empty heading="h1" title={text.noNumber} action={<ToPayments />}>
      {text.noNumberLead}
    </Empty>
  )
}

function Unknown() {
  return (
    <Empty heading="h1" title={text.unknown} action={<ToPayments />}>
      {text.unknownLead}
    </Empty>
  )
}

function ToPayments() {
  return (
    <ButtonLink variant="primary" as={Link} href="/payments">
      {text.toPayments}
    </ButtonLink>
  )
}

/** The page's shape before it is known how the purchase stands. */
export function WaitingForReturn() {
  return (
    <Loading label={fa.common.loading}>
      <Card padding="lg" className="mx-auto grid max-w-xl justify-items-center gap-6">
        <Skeleton className="size-40 rounded-full" />
        <Skeleton className="h-9 w-64" />
        <Skeleton className="h-24 w-full" />
        <Skeleton className="h-12 w-full" />
      </Card>
    </Loading>
  )
}
