import { ButtonLink } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import Link from "next/link"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{fa.notFound.title}</Title>
      <Empty
        heading="h1"
        title={fa.notFound.title}
        action={
          <div className="flex flex-wrap justify-center gap-3">
            <ButtonLink variant="primary" as={Link} href="/">
              {fa.notFound.home}
            </ButtonLink>
            <ButtonLink as={Link} href="/automations/marketplace" variant="secondary">
              {fa.notFound.market}
            </ButtonLink>
          </div>
        }
      >
        {fa.notFound.lead}
      </Empty>
    </>
  )
}
