import { AutomationNotFound, Detail } from "@/features/automations/Detail"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"
import { useAutomationId } from "@/shell/useAutomationId"

export default function Page() {
  const id = useAutomationId()
  return (
    <>
      <Title>{fa.market.title}</Title>
      {id === null ? <AutomationNotFound /> : id && <Detail key={id} id={id} />}
    </>
  )
}
