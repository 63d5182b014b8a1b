import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query"
import { ownAutomations } from "@zimmer/api/automations"
import { ownPayments, type PaymentLine } from "@zimmer/api/payments"
import { useEffect, useRef, useState } from "react"
import { isOpenPhase } from "@/features/payments/status"

const LOOKS_AGAIN = 5_000 // ms, while something may change by itself

/** The customer's purchases; looked at again while one of them is open. */
export function useOwnPayments() {
  return useInfiniteQuery({
    ...ownPayments,
    refetchInterval: ({ state }) => (linesOf(state.data).some(isOpen) ? LOOKS_AGAIN : false),
  })
}

/** The open purchases among those, and those that came to a good end while the page was open. */
export function useOpenPayments(automationId?: number) {
  const query = useOwnPayments()
  const lines = linesOf(query.data)
  const healed = useHealed(lines)
  const concerns = (line: PaymentLine) => !automationId || line.automation.id === automationId
  return { query, open: lines.filter(isOpen).filter(concerns), healed: healed.filter(concerns) }
}

export function linesOf(data: { pages: { items: PaymentLine[] }[] } | undefined): PaymentLine[] {
  return data?.pages.flatMap((page) => page.items) ?? []
}

function isOpen(line: PaymentLine): boolean {
  return isOpenPhase(line.phase)
}

function useHealed(lines: PaymentLine[]): PaymentLine[] {
  const cache = useQueryClient()
  const seenOpen = useRef(new Set<string>())
  const [healed, setHealed] = useState<PaymentLine[]>([])
  useEffect(() => {
    for (const line of lines.filter(isOpen)) seenOpen.current.add(line.transaction_id)
    const ended = lines.filter(
      (line) => line.phase === "done" && seenOpen.current.delete(line.transaction_id),
    )
    if (ended.length === 0) return
    setHealed((before) => [...ended, ...before])
    void cache.invalidateQueries({ queryKey: ownAutomations.queryKey })
  }, [lines, cache])
  return healed
}
