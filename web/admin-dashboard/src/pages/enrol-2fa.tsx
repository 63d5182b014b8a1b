import { Enrolment } from "@/features/account/Enrolment"
import { enrol } from "@/messages/account"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{enrol.title}</Title>
      <Enrolment />
    </>
  )
}
