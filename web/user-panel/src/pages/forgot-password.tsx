import { Forgot } from "@/features/account/Forgot"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{fa.account.forgotTitle}</Title>
      <Forgot />
    </>
  )
}
