import { MembersOnly } from "@zimmer/panel/MembersOnly"
import { Page } from "@zimmer/ui/Page"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import { EmailCard } from "@/features/account/EmailCard"
import { LeavingCard } from "@/features/account/LeavingCard"
import { PasswordCard } from "@/features/account/PasswordCard"
import { ProfileCard } from "@/features/account/ProfileCard"
import { SecondFactorCard } from "@/features/account/SecondFactorCard"
import { SessionsCard } from "@/features/account/SessionsCard"
import { fa } from "@/messages/fa"
import { settings as text } from "@/messages/settings"

/** Where customers look after their account. */
export function Settings() {
  return (
    <Page title={text.title} width="narrow">
      <MembersOnly waiting={<Waiting />}>
        {(user) => (
          <>
            <ProfileCard user={user} />
            <EmailCard user={user} />
            <PasswordCard />
            <SecondFactorCard user={user} />
            <SessionsCard />
            <LeavingCard />
          </>
        )}
      </MembersOnly>
    </Page>
  )
}

function Waiting() {
  return (
    <Loading label={fa.common.loading}>
      <div className="grid gap-6">
        {["h-80", "h-40", "h-72", "h-48"].map((height) => (
          <Skeleton key={height} className={`${height} rounded-lg`} />
        ))}
      </div>
    </Loading>
  )
}
