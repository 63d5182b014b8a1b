import { SignUp } from "@/features/account/SignUp"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{fa.account.signUpTitle}</Title>
      <SignUp />
    </>
  )
}
