import { AdjustmentPage } from "@/features/adjustments/AdjustmentPage"
import { Adjustments } from "@/features/adjustments/Adjustments"
import { adjustments } from "@/messages/adjustments"
import { Opened } from "@/shell/Opened"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{adjustments.title}</Title>
      <StaffOnly rights={["ledger.read"]}>
        {(user) => (
          <Opened
            list={<Adjustments user={user} />}
            one={(id) => <AdjustmentPage key={id} id={id} />}
          />
        )}
      </StaffOnly>
    </>
  )
}
