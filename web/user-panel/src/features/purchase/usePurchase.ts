import { useQuery, useQueryClient } from "@tanstack/react-query"
import { ownAutomations } from "@zimmer/api/automations"
import { ownPayment, ownPayments, publicStatus } from "@zimmer/api/payments"
import { asProblem } from "@zimmer/api/problem"
import { useSession } from "@zimmer/api/useSession"
import { useEffect, useRef, useState } from "react"
import { isOpen } from "@/features/purchase/outcome"
import { nextQuestion } from "@/features/purchase/polling"
import { finish } from "@/features/purchase/unfinished"

/** A purchase followed to its end, by anybody who knows its number; for its owner with all that is theirs. */
export function usePurchase(number: string) {
  const cache = useQueryClient()
  const isMember = useSession().state === "member"
  const [since] = useState(() => Date.now())
  const status = useQuery({
    ...publicStatus(number),
    staleTime: 0,
    refetchInterval: ({ state }) => {
      if (asProblem(state.error).status === 404 && state.error) return false
      if (state.data && !isOpen(state.data.phase)) return false
      return nextQuestion(state.dataUpdateCount + state.errorUpdateCount, Date.now() - since)
    },
  })
  const phase = status.data?.phase
  const details = useQuery({
    ...ownPayment(number),
    enabled: isMember && phase !== undefined,
    retry: false, // somebody else's purchase stays somebody else's
  })
  const copies = useQuery({ ...ownAutomations, enabled: isMember && phase === "done" })
  const wasOpen = useRef(false)
  useEffect(() => {
    if (phase === undefined) return
    if (isOpen(phase)) wasOpen.current = true
    else finish(number)
    void cache.invalidateQueries({ queryKey: ownPayment(number).queryKey })
    void cache.invalidateQueries({ queryKey: ownPayments.queryKey })
    void cache.invalidateQueries({ queryKey: ownAutomations.queryKey })
  }, [phase, number, cache])
  const automationId = details.data?.automation.id ?? null
  const copy = copies.data?.items.find((own) => own.automation_id === automationId)
  return {
    status,
    details: details.data,
    balance: copy && !copies.isFetching ? copy.tokens_remaining : null,
    hasJustEnded: wasOpen.current,
  }
}
