import { useQuery } from "@tanstack/react-query"
import { type Me, may } from "@zimmer/api/session"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { moment } from "@zimmer/ui/format"
import { Notice } from "@zimmer/ui/Notice"
import { Page } from "@zimmer/ui/Page"
import { businessSettings, type Settings } from "@/features/settings/queries"
import { SettingsForm } from "@/features/settings/SettingsForm"
import { settings as text } from "@/messages/settings"
import { PlaceLink } from "@/shell/PlaceLink"
import { Waiting } from "@/shell/Waiting"

/** What holds for the whole business. */
export function SettingsPage({ user }: { user: Me }) {
  const query = useQuery(businessSettings)
  if (query.isPending) return <Waiting />
  return (
    <Page width="narrow" title={text.title} lead={text.lead}>
      {query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && <Content settings={query.data} user={user} />}
    </Page>
  )
}

function Content({ settings, user }: { settings: Settings; user: Me }) {
  const mayWrite = may(user, "settings.write")
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 text-ink-soft text-sm">
        {settings.updated_by ? (
          <span>
            {text.changedBy} <bdi dir="auto">{settings.updated_by.name}</bdi>
            {text.changedOn(moment(settings.updated_at))}
          </span>
        ) : (
          text.neverChanged
        )}
        {may(user, "audit.read") && (
          <PlaceLink href="/audit/?entity=settings">{text.history}</PlaceLink>
        )}
      </p>
      {!mayWrite && <Notice tone="info">{text.readOnly}</Notice>}
      <SettingsForm settings={settings} isReadOnly={!mayWrite} />
    </>
  )
}
