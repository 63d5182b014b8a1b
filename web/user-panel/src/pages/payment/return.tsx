import { useAddress } from "@zimmer/panel/useAddress"
import { NoNumber, Return, WaitingForReturn } from "@/features/purchase/Return"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  const number = useAddress("payment")
  return (
    <>
      <Title>{fa.returned.title}</Title>
      {number === undefined ? <WaitingForReturn /> : <Followed number={number} />}
    </>
  )
}

function Followed({ number }: { number: string }) {
  return /^[\w-]{1,64}$/.test(number) ? <Return key={number} number={number} /> : <NoNumber />
}
