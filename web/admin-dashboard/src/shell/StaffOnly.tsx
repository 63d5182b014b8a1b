import { type Me, may, type Right } from "@zimmer/api/session"
import { MembersOnly } from "@zimmer/panel/MembersOnly"
import { ButtonLink } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import Link from "next/link"
import type { ReactNode } from "react"
import { en } from "@/messages/en"
import { Waiting } from "@/shell/Waiting"

type Props = { rights: readonly Right[]; children: (user: Me) => ReactNode }

/** A page for those who carry one of these rights. The API refuses everyone else by itself; this says it kindly. */
export function StaffOnly({ rights, children }: Props) {
  return (
    <MembersOnly waiting={<Waiting />}>
      {(user) => (may(user, ...rights) ? children(user) : <NotAllowed user={user} />)}
    </MembersOnly>
  )
}

function NotAllowed({ user }: { user: Me }) {
  return (
    <Empty
      heading="h1"
      title={en.notAllowed.title}
      action={
        <ButtonLink variant="primary" as={Link} href="/">
          {en.notAllowed.home}
        </ButtonLink>
      }
    >
      {en.notAllowed.lead(en.roles[user.role])}
    </Empty>
  )
}
