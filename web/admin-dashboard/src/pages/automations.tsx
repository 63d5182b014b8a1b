import { AutomationPage } from "@/features/automations/AutomationPage"
import { Automations } from "@/features/automations/Automations"
import { automations } from "@/messages/automations"
import { Opened } from "@/shell/Opened"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{automations.title}</Title>
      <StaffOnly rights={["automations.read"]}>
        {(user) => (
          <Opened
            list={<Automations user={user} />}
            one={(id) => <AutomationPage key={id} id={id} user={user} />}
          />
        )}
      </StaffOnly>
    </>
  )
}
