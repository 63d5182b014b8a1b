import { Marketplace } from "@/features/automations/Marketplace"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{fa.market.title}</Title>
      <Marketplace />
    </>
  )
}
