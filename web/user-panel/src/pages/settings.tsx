import { Settings } from "@/features/account/Settings"
import { settings } from "@/messages/settings"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{settings.title}</Title>
      <Settings />
    </>
  )
}
