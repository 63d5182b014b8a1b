import { OwnAccount } from "@/features/account/OwnAccount"
import { me } from "@/messages/account"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{me.title}</Title>
      <StaffOnly rights={["own_profile"]}>{(user) => <OwnAccount user={user} />}</StaffOnly>
    </>
  )
}
