import { useMutation, useQueryClient } from "@tanstack/react-query"
import { addAutomation, ownAutomations } from "@zimmer/api/automations"
import { useSession } from "@zimmer/api/useSession"
import { useRouter } from "next/router"
import { useEffect } from "react"
import { rememberAdding, takeAdding } from "@/features/automations/intent"

/** Adding an automation. A visitor signs up first; what was begun is then finished without another click. */
export function useAdding(automationId: number) {
  const session = useSession()
  const router = useRouter()
  const cache = useQueryClient()
  const { mutate, ...adding } = useMutation({
    mutationFn: () => addAutomation(automationId),
    onSettled: () => cache.invalidateQueries({ queryKey: ownAutomations.queryKey }),
  })
  const isMember = session.state === "member"
  useEffect(() => {
    if (isMember && takeAdding(automationId)) mutate()
  }, [isMember, automationId, mutate])
  const add = () => {
    if (adding.isPending) return // the second click of a double click
    if (isMember) return mutate()
    rememberAdding(automationId)
    void router.push(`/signup/?next=${encodeURIComponent(`/automations/${automationId}/`)}`)
  }
  return { add, ...adding }
}
