import { SettingsPage } from "@/features/settings/SettingsPage"
import { settings } from "@/messages/settings"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{settings.title}</Title>
      <StaffOnly rights={["settings.read"]}>{(user) => <SettingsPage user={user} />}</StaffOnly>
    </>
  )
}
