import { useQuery, useQueryClient } from "@tanstack/react-query"
import { type Quote, quote } from "@zimmer/api/payments"
import { useCallback, useEffect, useState } from "react"

/** A price that ended and was asked for again. */
export type Renewal = { before: number; now: number }

/** The price of so many tokens, asked for again when its time is over; what changed then is told. */
export function useQuote(automationId: number, tokens: number | null, discountCode: string | null) {
  const cache = useQueryClient()
  const [renewal, setRenewal] = useState<{ of: string; change: Renewal } | null>(null)
  const of = `${tokens} ${discountCode}`
  const query = useQuery({
    queryKey: ["quote", automationId, tokens, discountCode],
    queryFn: ({ signal }) => quote({ automationId, tokens: tokens ?? 0, discountCode }, signal),
    enabled: tokens !== null,
    staleTime: Number.POSITIVE_INFINITY, // a price is promised; asking again is for when it ends
    gcTime: 0,
  })
  const { data, dataUpdatedAt, refetch } = query
  const renew = useCallback(async () => {
    const before = data?.amount
    const { data: fresh } = await refetch()
    if (before !== undefined && fresh) {
      setRenewal({ of, change: { before, now: fresh.amount } })
    }
  }, [data, refetch, of])
  const endsAt = data ? dataUpdatedAt + data.expires_in * 1000 : null
  useEffect(() => {
    if (endsAt === null) return
    const timer = setTimeout(() => void renew(), Math.max(0, endsAt - Date.now()))
    return () => clearTimeout(timer)
  }, [endsAt, renew])
  useEffect(
    () => () => cache.removeQueries({ queryKey: ["quote", automationId] }),
    [cache, automationId],
  )
  return {
    query,
    endsAt,
    renew,
    renewal: renewal?.of === of ? renewal.change : null,
  }
}

/** Seconds until this moment, counted down; 0 when it has passed. */
export function useSecondsUntil(moment: number | null): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return moment === null ? 0 : Math.max(0, (moment - now) / 1000)
}

/** What it was a moment ago: so that a price is asked for when typing has paused. */
export function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return settled
}

export type { Quote }
