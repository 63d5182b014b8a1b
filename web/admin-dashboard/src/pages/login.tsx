import { SignIn } from "@/features/account/SignIn"
import { en } from "@/messages/en"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{en.account.title}</Title>
      <SignIn />
    </>
  )
}
