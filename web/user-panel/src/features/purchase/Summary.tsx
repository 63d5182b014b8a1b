import { asProblem } from "@zimmer/api/problem"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button, ButtonLink } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { CountdownRing } from "@zimmer/ui/CountdownRing"
import { count, countdown, hour, toman } from "@zimmer/ui/format"
import { Notice } from "@zimmer/ui/Notice"
import { Skeleton } from "@zimmer/ui/Skeleton"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import { ShieldCheck, WifiOff } from "lucide-react"
import Link from "next/link"
import { useState } from "react"
import { DiscountCode } from "@/features/purchase/DiscountCode"
import { usePaying } from "@/features/purchase/usePaying"
import { type Quote, type Renewal, useQuote, useSecondsUntil } from "@/features/purchase/useQuote"
import { fa } from "@/messages/fa"

const text = fa.buy
const OF_THE_PRICE = ["quote-expired", "quote-used", "quote-invalid", "idempotency-conflict"]

type Props = { automationId: number; tokens: number | null; balance: number }

/** What will be paid and what comes of it, and the one button. */
export function Summary({ automationId, tokens, balance }: Props) {
  const [code, setCode] = useState<string | null>(null)
  const { query, endsAt, renew, renewal } = useQuote(automationId, tokens, code)
  const paying = usePaying(automationId, tokens ?? 0)
  const pay = (quote: Quote) =>
    paying.mutate(quote, {
      onError: (error) => {
        if (OF_THE_PRICE.includes(asProblem(error).code)) void renew()
      },
    })
  const quote = tokens === null ? undefined : query.data
  const isGift = quote?.amount === 0 // no bank is asked
  return (
    <Card padding="lg" className="grid gap-4 lg:sticky lg:top-6">
      <h2 className="font-semibold text-lg">{text.summary}</h2>
      {tokens !== null && query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      <Lines quote={quote} tokens={tokens} balance={balance} />
      <DiscountCode automationId={automationId} tokens={tokens} code={code} onCode={setCode} />
      {quote && <Held quote={quote} endsAt={endsAt} />}
      {renewal && <Renewed {...renewal} />}
      {paying.isError && <NotStarted error={paying.error} />}
      {!isGift && (
        <p className="flex gap-2 text-sm">
          <WifiOff aria-hidden size={18} className="mt-1 shrink-0 text-wait-ink" />
          {text.vpn}
        </p>
      )}
      <Button
        variant="primary"
        size="lg"
        block
        disabled={!quote || query.isFetching}
        busy={paying.isPending || paying.isSuccess}
        busyLabel={isGift ? text.taking : text.paying}
        onClick={() => quote && pay(quote)}
      >
        {quote ? action(quote, tokens) : text.total}
      </Button>
      {!isGift && (
        <p className="flex items-center justify-center gap-2 text-ink-soft text-sm">
          <ShieldCheck aria-hidden size={18} />
          {text.gateway}
        </p>
      )}
    </Card>
  )
}

function action(quote: Quote, tokens: number | null): string {
  return quote.amount === 0 ? text.take(count(tokens ?? 0)) : text.pay(toman(quote.amount))
}

function Lines({
  quote,
  tokens,
  balance,
}: {
  quote: Quote | undefined
  tokens: number | null
  balance: number
}) {
  const after = balance + (tokens ?? 0)
  return (
    <dl className="grid gap-2">
      <Line
        name={text.lineTokens(count(tokens ?? 0))}
        value={quote && toman(quote.amount_before)}
      />
      {quote && quote.discount > 0 && (
        <Line name={text.discount} value={`−${toman(quote.discount)}`} />
      )}
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-line border-t pt-3">
        <dt>{text.total}</dt>
        <dd className="font-bold text-xl">
          {quote ? toman(quote.amount) : <Skeleton className="h-9 w-36" />}
        </dd>
      </div>
      <div className="flex items-center justify-between gap-4">
        <dt className="text-ink-soft text-sm">{text.balanceAfter}</dt>
        <dd>
          <TokenAmount tokens={after} size="sm" unit={fa.common.tokens} />
        </dd>
      </div>
    </dl>
  )
}

function Line({ name, value }: { name: string; value: string | undefined }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-ink-soft">{name}</dt>
      <dd>{value ?? <Skeleton className="h-6 w-24" />}</dd>
    </div>
  )
}

function Held({ quote, endsAt }: { quote: Quote; endsAt: number | null }) {
  const seconds = useSecondsUntil(endsAt)
  return (
    <div className="flex items-center gap-3 text-ink-soft text-sm">
      <CountdownRing remaining={seconds} total={quote.expires_in} label={text.remaining}>
        {countdown(seconds)}
      </CountdownRing>
      <p>{text.held(hour(quote.expires_at))}</p>
    </div>
  )
}

function Renewed({ before, now }: Renewal) {
  return (
    <Notice tone={before === now ? "info" : "wait"} live="polite">
      {before === now ? text.renewedSame : text.renewed(toman(before), toman(now))}
    </Notice>
  )
}

function NotStarted({ error }: { error: unknown }) {
  const problem = asProblem(error)
  if (problem.code === "quote-expired") return null // what changed is told beside the price
  if (problem.code === "unreachable")
    return (
      <Notice tone="wait" live="assertive">
        {text.lost}
      </Notice>
    )
  if (problem.code !== "too-many-open-payments") return <ProblemNotice problem={problem} />
  return (
    <>
      <ProblemNotice problem={problem} />
      <ButtonLink as={Link} href="/payments" variant="secondary">
        {text.seePayments}
      </ButtonLink>
    </>
  )
}
