import { useQuery } from "@tanstack/react-query"
import { checkedReceipt, type ReceiptChecked } from "@zimmer/api/payments"
import { asProblem } from "@zimmer/api/problem"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { Fact, Facts } from "@zimmer/ui/Facts"
import { Field } from "@zimmer/ui/Field"
import { count, latinDigits, moment, rial, toman } from "@zimmer/ui/format"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import { Page } from "@zimmer/ui/Page"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import { useRouter } from "next/router"
import { type FormEvent, useState } from "react"
import { fa } from "@/messages/fa"

const text = fa.receipt

/** Whether a receipt is ours, and what stands on it: for whoever holds one, signed in or not. */
export function Check({ code }: { code: string }) {
  return (
    <Page title={text.title} lead={text.lead} width="narrow">
      <Ask key={code} code={code} />
      {code && <Answer code={code} />}
    </Page>
  )
}

function Ask({ code }: { code: string }) {
  const router = useRouter()
  const [typed, setTyped] = useState(code)
  const [isMissing, setMissing] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const asked = latinDigits(typed).trim()
    setMissing(asked === "")
    if (asked) void router.push({ pathname: "/receipt", query: { code: asked } })
  }
  return (
    <Card as="form" onSubmit={submit} className="grid gap-4">
      <Field
        label={text.code}
        hint={text.codeHint}
        error={isMissing ? text.codeMissing : undefined}
      >
        {(ids) => (
          <Input
            {...ids}
            dir="ltr"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={60}
            className="[&>input]:text-center [&>input]:font-mono"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" variant="primary" className="justify-self-start">
        {text.check}
      </Button>
    </Card>
  )
}

function Answer({ code }: { code: string }) {
  const { data, error, isPending, isFetching, refetch } = useQuery(checkedReceipt(code))
  if (data) return <Ours receipt={data} />
  if (isPending) {
    return (
      <Loading label={fa.common.loading}>
        <Skeleton className="h-64" />
      </Loading>
    )
  }
  if (asProblem(error).code === "receipt-not-found") {
    return (
      <Notice tone="bad" live="polite" title={text.none}>
        {text.noneLead}
      </Notice>
    )
  }
  return <ProblemNotice problem={error} onRetry={refetch} busy={isFetching} />
}

function Ours({ receipt }: { receipt: ReceiptChecked }) {
  const isPaid = receipt.phase === "done"
  return (
    <Card className="grid gap-5">
      <Notice tone={isPaid ? "good" : "info"} live="polite" title={text.ours}>
        {isPaid ? text.compare : text.compareReturned}
      </Notice>
      <Facts>
        <Fact name={text.amount}>
          {toman(receipt.amount)} <span className="text-ink-soft">({rial(receipt.amount)})</span>
        </Fact>
        {receipt.refunded_amount !== null && (
          <Fact name={text.returned}>{toman(receipt.refunded_amount)}</Fact>
        )}
        <Fact name={text.automation}>{receipt.automation_name}</Fact>
        <Fact name={text.tokens}>{fa.common.tokensOf(count(receipt.tokens))}</Fact>
        <Fact name={text.at}>{moment(receipt.paid_at)}</Fact>
        {receipt.card_pan && (
          <Fact name={text.card}>
            <bdi dir="ltr">{receipt.card_pan}</bdi>
          </Fact>
        )}
        {receipt.tracking_code && (
          <Fact name={text.tracking}>
            <bdi dir="ltr">{receipt.tracking_code}</bdi>
          </Fact>
        )}
        <Fact name={text.code}>
          <bdi dir="ltr" className="break-all">
            {receipt.receipt_code}
          </bdi>
        </Fact>
      </Facts>
    </Card>
  )
}
