import type { Me } from "@zimmer/api/session"
import { Badge } from "@zimmer/ui/Badge"
import { Card } from "@zimmer/ui/Card"
import { Fact, Facts } from "@zimmer/ui/Facts"
import { date } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import { OwnPassword } from "@/features/account/OwnPassword"
import { OwnSignIns } from "@/features/account/OwnSignIns"
import { SecondFactor } from "@/features/account/SecondFactor"
import { me as text } from "@/messages/account"
import { en } from "@/messages/en"

/** A member of the staff as they see themselves, and what protects their account. */
export function OwnAccount({ user }: { user: Me }) {
  return (
    <Page width="narrow" title={text.title}>
      <Card>
        <h2 className="mb-3 font-bold">{text.facts}</h2>
        <Facts>
          <Fact name={text.name}>
            <bdi dir="auto">{user.name}</bdi>
          </Fact>
          <Fact name={text.email}>
            <bdi dir="ltr" className="break-all">
              {user.email}
            </bdi>
          </Fact>
          <Fact name={text.role}>
            <Badge tone="lapis">{en.roles[user.role]}</Badge>
          </Fact>
          <Fact name={text.since}>{date(user.created_at)}</Fact>
        </Facts>
      </Card>
      <Card>
        <h2 className="mb-1 font-bold">{text.twofa}</h2>
        <SecondFactor user={user} />
      </Card>
      <Card>
        <h2 className="mb-1 font-bold">{text.passwordTitle}</h2>
        <OwnPassword />
      </Card>
      <Card>
        <h2 className="mb-1 font-bold">{text.sessions}</h2>
        <OwnSignIns />
      </Card>
    </Page>
  )
}
