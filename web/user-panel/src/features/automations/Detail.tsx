import { useQuery } from "@tanstack/react-query"
import { type AutomationDetail, automation } from "@zimmer/api/automations"
import { asProblem } from "@zimmer/api/problem"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { AutomationIcon } from "@zimmer/ui/AutomationIcon"
import { Badge } from "@zimmer/ui/Badge"
import { ButtonLink } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { Empty } from "@zimmer/ui/Empty"
import { count, toman } from "@zimmer/ui/format"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import Link from "next/link"
import { HealthBadge } from "@/features/automations/HealthBadge"
import { Standing } from "@/features/automations/Standing"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

const text = fa.automation

/** One automation: what it does, what it costs, and what the customer has of it. */
export function Detail({ id }: { id: number }) {
  const query = useQuery(automation(id))
  if (query.isPending) return <Waiting />
  if (query.isError) {
    if (asProblem(query.error).status === 404) return <AutomationNotFound />
    return <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
  }
  return (
    <>
      <Title>{query.data.name}</Title>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_1fr]">
        <Heading automation={query.data} />
        <div className="lg:row-span-2">
          <Standing automation={query.data} />
        </div>
        <div className="grid gap-6">
          <Examples automation={query.data} />
          <Packages automation={query.data} />
        </div>
      </div>
    </>
  )
}

/** There is no such automation, or no longer. */
export function AutomationNotFound() {
  return (
    <Empty
      heading="h1"
      title={text.notFound}
      action={
        <ButtonLink variant="primary" as={Link} href="/automations/marketplace">
          {text.toMarket}
        </ButtonLink>
      }
    >
      {text.notFoundLead}
    </Empty>
  )
}

function Heading({ automation }: { automation: AutomationDetail }) {
  return (
    <header className="grid gap-4">
      <div className="flex items-center gap-4">
        <AutomationIcon url={automation.icon_url} size={64} />
        <div className="min-w-0">
          <h1 className="font-bold text-xl leading-snug">{automation.name}</h1>
          <p className="text-ink-soft">{fa.market.by(automation.developer)}</p>
        </div>
      </div>
      <p className="flex flex-wrap gap-2">
        <Badge tone="neutral">{automation.category}</Badge>
        <Badge tone="neutral">
          {automation.customers > 0
            ? `${text.customers}: ${text.customersOf(count(automation.customers))}`
            : text.noCustomers}
        </Badge>
        <HealthBadge health={automation.health_status} />
      </p>
      <p className="text-lg">{automation.tagline}</p>
      {automation.description && <p className="text-ink-soft">{automation.description}</p>}
      {automation.support_url && (
        <a
          href={automation.support_url}
          rel="noreferrer"
          target="_blank"
          className="inline-flex min-h-11 items-center text-lapis-ink underline underline-offset-4"
        >
          {text.support}
        </a>
      )}
    </header>
  )
}

function Examples({ automation }: { automation: AutomationDetail }) {
  if (automation.examples.length === 0) return null
  return (
    <section className="grid gap-3">
      <h2 className="font-semibold text-lg">{text.examples}</h2>
      <Card as="ul" padding="none" className="divide-y divide-line">
        {automation.examples.map((example) => (
          <li key={example.title} className="flex items-center justify-between gap-4 px-5 py-3">
            <span>{example.title}</span>
            <TokenAmount tokens={example.tokens} size="sm" unit={fa.common.tokens} />
          </li>
        ))}
      </Card>
    </section>
  )
}

function Packages({ automation }: { automation: AutomationDetail }) {
  if (automation.packages.length === 0) return null
  return (
    <section className="grid gap-3">
      <h2 className="font-semibold text-lg">{text.packages}</h2>
      <ul className="grid gap-3 sm:grid-cols-3">
        {automation.packages.map((offer) => (
          <Card as="li" key={offer.tokens} className="grid gap-1">
            <span className="flex items-center justify-between gap-2">
              <TokenAmount tokens={offer.tokens} size="md" unit={fa.common.tokens} />
              {offer.highlight && <Badge tone="lapis">{text.best}</Badge>}
            </span>
            <span className="text-ink-soft">{toman(offer.amount)}</span>
          </Card>
        ))}
      </ul>
      <p className="text-ink-soft text-sm">
        {text.unit(automation.unit_name)}؛ {fa.buy.perToken(toman(automation.price_per_token))}
      </p>
    </section>
  )
}

function Waiting() {
  return (
    <Loading label={fa.common.loading}>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid gap-6">
          <div className="flex items-center gap-4">
            <Skeleton className="size-16" />
            <div className="grid flex-1 gap-2">
              <Skeleton className="h-8 w-56" />
              <Skeleton className="h-5 w-32" />
            </div>
          </div>
          <Skeleton className="h-28" />
          <Skeleton className="h-36" />
        </div>
        <Skeleton className="h-56" />
      </div>
    </Loading>
  )
}
