import { ButtonLink } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import Link from "next/link"
import { en } from "@/messages/en"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{en.notFound.title}</Title>
      <Empty
        heading="h1"
        title={en.notFound.title}
        action={
          <ButtonLink variant="primary" as={Link} href="/">
            {en.notFound.home}
          </ButtonLink>
        }
      >
        {en.notFound.lead}
      </Empty>
    </>
  )
}
