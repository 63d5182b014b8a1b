import { SignIn } from "@/features/account/SignIn"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{fa.account.signInTitle}</Title>
      <SignIn />
    </>
  )
}
