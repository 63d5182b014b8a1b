import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query"
import { type AutomationDetail, automation } from "@zimmer/api/automations"
import type { Quote } from "@zimmer/api/payments"
import { ownPayment, startPurchase } from "@zimmer/api/payments"
import { asProblem, type Code, Problem } from "@zimmer/api/problem"
import { useEffect, useRef } from "react"
import {
  begin,
  finish,
  type Order,
  opened,
  type Unfinished,
  unfinished,
} from "@/features/purchase/unfinished"

/** After these the same key may still succeed, so it is kept; after every other refusal it is of no more use. */
const KEEPS_KEY: readonly Code[] = [
  "unreachable",
  "unavailable",
  "internal-error",
  "database-unavailable",
  "gateway-unavailable",
  "in-progress",
  "too-many-requests",
  "token-expired",
  "token-invalid",
  "not-signed-in",
]
const ASKS_AGAIN = 8
const WAIT_SECONDS = 2

/** Going to the bank with this quote. The same click twice, or after a lost answer, goes on with one purchase. */
export function usePaying(automationId: number, tokens: number) {
  const cache = useQueryClient()
  const underway = useRef<Promise<void> | null>(null)
  const go = async (quote: Quote) => {
    const order = { automation_id: automationId, tokens, amount: quote.amount }
    const bank = (await bankOfBegun(order, cache)) ?? (await bankOfNew(order, quote))
    window.location.assign(bank)
  }
  const paying = useMutation({
    // A second tap comes before the button has turned; leaving for the bank twice would abort the first leaving.
    mutationFn: (quote: Quote) => {
      underway.current ??= go(quote).finally(() => {
        underway.current = null
      })
      return underway.current
    },
    onError: (error) => {
      if (asProblem(error).facts.is_paused)
        cache.setQueryData(automation(automationId).queryKey, closed)
    },
  })
  const { reset } = paying
  useEffect(() => {
    const cameBack = (event: PageTransitionEvent) => {
      if (event.persisted) reset() // "back" from the bank shows this very page again, its button still turning
    }
    window.addEventListener("pageshow", cameBack)
    return () => window.removeEventListener("pageshow", cameBack)
  }, [reset])
  return paying
}

/** Not for sale until the bank is back, which its page then finds out by itself. */
function closed(known: AutomationDetail | undefined): AutomationDetail | undefined {
  return known && { ...known, can_buy: false, can_buy_reason: "gateway-paused" }
}

/** The bank's page of an order that was opened here before, while it can be paid. */
async function bankOfBegun(order: Order, cache: QueryClient): Promise<string | null> {
  const number = unfinished(order)?.transaction_id
  if (!number) return null
  const payment = await cache.fetchQuery({ ...ownPayment(number), staleTime: 0 })
  if (payment.redirect_url) return payment.redirect_url
  finish(number)
  throw new Problem("quote-used", 409)
}

async function bankOfNew(order: Order, quote: Quote): Promise<string> {
  const begun = unfinished(order) ?? begin(order, quote.quote)
  const started = await startedPatiently(begun)
  opened(begun, started.transaction_id)
  return started.redirect_url
}

async function startedPatiently(begun: Unfinished) {
  for (let asked = 1; ; asked++) {
    try {
      return await startPurchase(begun.quote, begun.idempotency_key)
    } catch (error) {
      const problem = asProblem(error)
      if (!KEEPS_KEY.includes(problem.code)) finish()
      if (problem.code !== "in-progress" || asked === ASKS_AGAIN) throw problem
      await new Promise((go) => setTimeout(go, 1000 * (problem.retryAfterSeconds ?? WAIT_SECONDS)))
    }
  }
}
