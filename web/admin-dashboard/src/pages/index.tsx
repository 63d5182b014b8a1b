import { Home } from "@/features/home/Home"
import { home } from "@/messages/home"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{home.title}</Title>
      <StaffOnly rights={["analytics.basic"]}>{(user) => <Home user={user} />}</StaffOnly>
    </>
  )
}
