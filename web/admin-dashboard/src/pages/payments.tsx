import { Payments } from "@/features/payments/Payments"
import { TracePage } from "@/features/payments/TracePage"
import { payments } from "@/messages/payments"
import { Opened } from "@/shell/Opened"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{payments.title}</Title>
      <StaffOnly rights={["payments.read"]}>
        {() => <Opened list={<Payments />} one={(id) => <TracePage key={id} id={id} />} />}
      </StaffOnly>
    </>
  )
}
