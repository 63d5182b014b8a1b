import type { OwnAutomation } from "@zimmer/api/automations"
import { AutomationIcon } from "@zimmer/ui/AutomationIcon"
import { Badge } from "@zimmer/ui/Badge"
import { ButtonLink } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import Link from "next/link"
import { Spending } from "@/features/automations/Spending"
import { fa } from "@/messages/fa"

/** The customer's automations, each with its balance; on phones a row to swipe. */
export function Balances({ copies }: { copies: readonly OwnAutomation[] }) {
  return (
    <ul className="-mx-4 flex snap-x gap-4 overflow-x-auto px-4 pb-2 sm:mx-0 sm:grid sm:grid-cols-2 sm:overflow-visible sm:px-0 sm:pb-0">
      {copies.map((own) => (
        <li key={own.user_automation_id} className="w-72 shrink-0 snap-center sm:w-auto">
          <Balance own={own} />
        </li>
      ))}
    </ul>
  )
}

function Balance({ own }: { own: OwnAutomation }) {
  const name = own.display_name ?? own.name
  return (
    <Card className="flex h-full flex-col gap-3">
      <div className="flex items-center gap-3">
        <AutomationIcon url={own.icon_url} size={40} />
        <Link
          href={`/automations/${own.automation_id}`}
          className="flex min-h-11 min-w-0 items-center font-semibold hover:text-lapis-ink"
        >
          {name}
        </Link>
        {own.status !== "active" && <Badge tone="neutral">{fa.balance.inactive}</Badge>}
      </div>
      <TokenAmount tokens={own.tokens_remaining} size="xl" unit={fa.common.tokens} />
      <Spending own={own} />
      <ButtonLink
        as={Link}
        href={`/automations/${own.automation_id}/tokens`}
        variant="secondary"
        className="mt-auto"
        aria-label={fa.balance.buyFor(name)}
      >
        {fa.balance.buy}
      </ButtonLink>
    </Card>
  )
}
