import { Audit } from "@/features/audit/Audit"
import { audit } from "@/messages/audit"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{audit.title}</Title>
      <StaffOnly rights={["audit.read", "audit.own_area"]}>
        {(user) => <Audit user={user} />}
      </StaffOnly>
    </>
  )
}
