import { unreachable } from "@zimmer/api/problem"
import { type Me, restore } from "@zimmer/api/session"
import { useSession } from "@zimmer/api/useSession"
import { useRouter } from "next/router"
import { type ReactNode, useEffect } from "react"
import { ProblemNotice } from "./ProblemNotice"

type Props = {
  /** What stands here until it is known who is signed in. */
  waiting: ReactNode
  children: (user: Me) => ReactNode
}

/** A page for those who are signed in. Everyone else signs in first and comes back to this very page. */
export function MembersOnly({ waiting, children }: Props) {
  const session = useSession()
  const router = useRouter()
  const isVisitor = session.state === "visitor"
  useEffect(() => {
    if (isVisitor && router.isReady) {
      void router.replace(`/login/?next=${encodeURIComponent(router.asPath)}`)
    }
  }, [isVisitor, router])
  if (session.state === "member") return children(session.user)
  if (session.state === "unreachable") {
    return <ProblemNotice problem={unreachable()} onRetry={() => void restore()} />
  }
  return waiting
}
