import { Acceptance } from "@/features/account/Acceptance"
import { invitation } from "@/messages/account"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{invitation.title}</Title>
      <Acceptance />
    </>
  )
}
