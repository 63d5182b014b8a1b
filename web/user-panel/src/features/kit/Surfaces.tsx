import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { Card, CardLink } from "@zimmer/ui/Card"
import { Code } from "@zimmer/ui/Code"
import { Empty } from "@zimmer/ui/Empty"
import { Notice } from "@zimmer/ui/Notice"
import { Page } from "@zimmer/ui/Page"
import { Loading, Skeleton, SkeletonText } from "@zimmer/ui/Skeleton"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import { CircleAlert, CircleCheck, Clock } from "lucide-react"
import type { Sample } from "@/features/kit/samples"

/** Cards, badges and amounts of tokens. */
export function Cards({ t }: { t: Sample }) {
  return (
    <>
      <Card>
        <p className="font-medium">{t.name}</p>
        <TokenAmount tokens={1240} size="xl" unit={t.tokens} />
      </Card>
      <CardLink href="#kit">
        <p className="font-medium">{t.name}</p>
        <p className="line-clamp-2 text-sm text-ink-soft">{t.tagline}</p>
        <div className="mt-3 flex items-center justify-between gap-2">
          <Badge tone="neutral">{t.shop}</Badge>
          <Badge tone="gold">{t.gift}</Badge>
        </div>
      </CardLink>
      <Card padding="sm">
        <p className="font-medium">{t.long}</p>
        <TokenAmount tokens={123456789012} size="lg" />
      </Card>
      <div className="flex flex-wrap gap-2">
        <Badge tone="neutral">{t.shop}</Badge>
        <Badge tone="good" icon={<CircleCheck />}>
          {t.confirmed}
        </Badge>
        <Badge tone="wait" icon={<Clock />}>
          {t.checking}
        </Badge>
        <Badge tone="bad" icon={<CircleAlert />}>
          {t.failed}
        </Badge>
        <Badge tone="gold">{t.gift}</Badge>
        <Badge tone="lapis">{t.popular}</Badge>
        <Badge tone="neutral">{t.long}</Badge>
      </div>
      <div className="flex flex-wrap items-center gap-4">
        <TokenAmount tokens={5} size="sm" unit={t.tokens} />
        <TokenAmount tokens={120} unit={t.tokens} />
        <TokenAmount tokens={0} size="lg" unit={t.tokens} />
      </div>
      <Code text="ZM-7K2Q-90417" label={t.copy} copiedLabel={t.copied} />
      <Code
        text="https://zimmerai.com/receipt/?code=7K2Q90417ABCDEF0123456789"
        label={t.copy}
        copiedLabel={t.copied}
      />
    </>
  )
}

/** Messages in their place. */
export function Notices({ t }: { t: Sample }) {
  return (
    <>
      <Notice tone="info">{t.hint}</Notice>
      <Notice tone="good" title={t.confirmed}>
        {t.emptyLead}
      </Notice>
      <Notice tone="wait" title={t.noticeTitle} action={<Button>{t.check}</Button>}>
        {t.notice}
      </Notice>
      <Notice tone="bad" title={t.failed} action={<Button>{t.check}</Button>}>
        {t.long}
      </Notice>
    </>
  )
}

/** Nothing yet, not yet, and the head of a page. */
export function Voids({ t }: { t: Sample }) {
  return (
    <>
      <Page
        title={t.name}
        lead={t.tagline}
        back={{ href: "#kit", label: t.back }}
        actions={<Button variant="primary">{t.pay}</Button>}
      />
      <Card>
        <Empty title={t.empty} action={<Button variant="primary">{t.market}</Button>}>
          {t.emptyLead}
        </Empty>
      </Card>
      <Card>
        <Loading label={t.loading}>
          <Skeleton className="mb-4 h-7 w-2/5" />
          <SkeletonText />
        </Loading>
      </Card>
    </>
  )
}
