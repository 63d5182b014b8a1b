import { Reset } from "@/features/account/Reset"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{fa.account.resetTitle}</Title>
      <Reset />
    </>
  )
}
