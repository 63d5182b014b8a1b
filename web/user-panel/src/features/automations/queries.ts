import { useQuery } from "@tanstack/react-query"
import { type OwnAutomation, ownAutomations } from "@zimmer/api/automations"
import { useSession } from "@zimmer/api/useSession"

const LOW = 10 // tokens; a customer's own threshold comes with the alert

/** The customer's copies with their balances. */
export function useOwnAutomations() {
  return useQuery(ownAutomations)
}

/** The copies that were bought for and are nearly empty. */
export function lowAmong(copies: readonly OwnAutomation[]): OwnAutomation[] {
  return copies.filter((own) => own.status === "active" && spendable(own) < LOW && !isTrial(own))
}

/** The customer's copies by the automation's id; undefined while it is not known, or for a visitor. */
export function useOwned(): ReadonlyMap<number, OwnAutomation> | undefined {
  const isMember = useSession().state === "member"
  const { data } = useQuery({ ...ownAutomations, enabled: isMember })
  if (!isMember || !data) return undefined
  return new Map(data.items.map((own) => [own.automation_id, own]))
}

/** What can be spent now, of both kinds. */
export function spendable(own: OwnAutomation): number {
  return own.tokens_remaining + (own.demo_expired ? 0 : own.demo_tokens)
}

function isTrial(own: OwnAutomation): boolean {
  return own.is_demo_active && own.tokens_remaining === 0
}
