import type { Me } from "@zimmer/api/session"
import { MembersOnly } from "@zimmer/panel/MembersOnly"
import { Page as Frame } from "@zimmer/ui/Page"
import { Unverified } from "@/features/account/Unverified"
import { NeedsYou } from "@/features/automations/NeedsYou"
import { Overview, WaitingForBalances } from "@/features/automations/Overview"
import { OpenPayments } from "@/features/payments/OpenPayments"
import { useOpenPayments } from "@/features/payments/queries"
import { Recent } from "@/features/payments/Recent"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{fa.home.title}</Title>
      <MembersOnly waiting={<WaitingForBalances />}>{(user) => <Home user={user} />}</MembersOnly>
    </>
  )
}

function Home({ user }: { user: Me }) {
  const { query, open, healed } = useOpenPayments()
  return (
    <Frame title={fa.home.hello(user.name)}>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem] lg:gap-8">
        <div className="grid gap-4 lg:order-last">
          <NeedsYou others={query.isSuccess ? open.length + healed.length : null}>
            <OpenPayments open={open} healed={healed} most={2} />
          </NeedsYou>
          <Unverified user={user} />
        </div>
        <div className="grid min-w-0 gap-8">
          <Overview />
          <Recent />
        </div>
      </div>
    </Frame>
  )
}
