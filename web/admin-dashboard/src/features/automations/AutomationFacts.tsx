import { AutomationIcon } from "@zimmer/ui/AutomationIcon"
import { Fact, Facts } from "@zimmer/ui/Facts"
import { count, date, moment, toman } from "@zimmer/ui/format"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import type { AutomationRecord } from "@/features/automations/queries"
import { automations as text } from "@/messages/automations"
import { PlaceLink } from "@/shell/PlaceLink"

const ADDRESSES = [
  ["support_url", text.support],
  ["provision_url", text.provision],
  ["health_check_url", text.healthCheck],
] as const

/** What is said of an automation, and how it goes. */
export function AutomationFacts({ automation }: { automation: AutomationRecord }) {
  return (
    <Facts>
      <Fact name={text.icon}>
        <AutomationIcon url={automation.icon_url} size={40} />
      </Fact>
      <Fact name={text.number}>{String(automation.id)}</Fact>
      <Fact name={text.columns.price}>{toman(automation.price_per_token)}</Fact>
      <Fact name={text.pricing}>{text.pricings[automation.pricing_type]}</Fact>
      <Fact name={text.developer}>
        <bdi dir="auto">{automation.developer || text.none}</bdi>
      </Fact>
      <Fact name={text.category}>
        <bdi dir="auto">{automation.category || text.none}</bdi>
      </Fact>
      <Fact name={text.columns.customers}>{count(automation.customers)}</Fact>
      <Fact name={text.held}>
        <TokenAmount tokens={automation.tokens_held} size="sm" />
      </Fact>
      <Fact name={text.since}>{date(automation.created_at)}</Fact>
      {automation.health_checked_at && (
        <Fact name={text.checked}>{moment(automation.health_checked_at)}</Fact>
      )}
      {ADDRESSES.map(([field, name]) => (
        <Fact key={field} name={name}>
          <bdi dir="ltr" className="break-all text-sm">
            {automation[field] ?? text.none}
          </bdi>
        </Fact>
      ))}
      <Fact name={text.payments}>
        <PlaceLink href={`/payments/?automation_id=${automation.id}`}>{text.payments}</PlaceLink>
      </Fact>
    </Facts>
  )
}
