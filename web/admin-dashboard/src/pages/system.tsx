import { SystemPage } from "@/features/system/SystemPage"
import { system } from "@/messages/system"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{system.title}</Title>
      <StaffOnly rights={["system.write"]}>{(user) => <SystemPage user={user} />}</StaffOnly>
    </>
  )
}
