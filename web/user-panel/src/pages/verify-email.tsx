import { Verify } from "@/features/account/Verify"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{fa.account.verifyTitle}</Title>
      <Verify />
    </>
  )
}
