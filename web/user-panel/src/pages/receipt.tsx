import { useAddress } from "@zimmer/panel/useAddress"
import { Check } from "@/features/receipts/Check"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  const code = useAddress("code")
  return (
    <>
      <Title>{fa.receipt.title}</Title>
      {code !== undefined && <Check code={code} />}
    </>
  )
}
