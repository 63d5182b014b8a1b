import { useSession } from "@zimmer/api/useSession"
import { ownPath } from "@zimmer/panel/ownPath"
import { ButtonLink } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { Notice } from "@zimmer/ui/Notice"
import Link from "next/link"
import { useRouter } from "next/router"
import { type ReactNode, useState } from "react"
import { DoorFrame } from "@/features/account/DoorFrame"
import { fa } from "@/messages/fa"

const text = fa.account
const OTHER_DOOR = {
  login: { href: "/signup/", question: text.noAccount, action: text.goSignUp },
  signup: { href: "/login/", question: text.haveAccount, action: text.goSignIn },
} as const

type Props = { door: keyof typeof OTHER_DOOR; title: string; lead: string; children: ReactNode }

/** One of the two doors: its card, and the way to the other one with the same destination. */
export function DoorPage({ door, title, lead, children }: Props) {
  const router = useRouter()
  const other = OTHER_DOOR[door]
  const next = typeof router.query.next === "string" ? { next: router.query.next } : {}
  return (
    <DoorFrame title={title} lead={lead}>
      <AlreadyIn />
      <Card padding="lg">{children}</Card>
      <p className="text-center text-ink-soft">
        {other.question}{" "}
        <Link
          href={{ pathname: other.href, query: next }}
          className="inline-flex min-h-11 items-center px-1 font-semibold text-lapis-ink underline underline-offset-4"
        >
          {other.action}
        </Link>
      </p>
      {door === "login" && (
        <p className="text-center text-ink-soft text-sm">
          {text.looking}{" "}
          <Link
            href="/automations/marketplace"
            className="inline-flex min-h-11 items-center px-1 text-lapis-ink underline underline-offset-4"
          >
            {text.seeMarket}
          </Link>
        </p>
      )}
    </DoorFrame>
  )
}

/** Whoever comes here signed in is told so; whoever signs in here is on the way out. */
function AlreadyIn() {
  const session = useSession()
  const router = useRouter()
  const [hasComeAsVisitor, setVisitor] = useState(false)
  if (session.state === "visitor" && !hasComeAsVisitor) setVisitor(true)
  if (session.state !== "member" || hasComeAsVisitor) return null
  return (
    <Notice
      tone="info"
      action={
        <ButtonLink as={Link} variant="secondary" href={ownPath(router.query.next)}>
          {text.goOn}
        </ButtonLink>
      }
    >
      {text.alreadyIn(session.user.name)}
    </Notice>
  )
}
