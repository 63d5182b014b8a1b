import { useMutation } from "@tanstack/react-query"
import { type Verified, verifyEmail } from "@zimmer/api/account"
import { asProblem } from "@zimmer/api/problem"
import type { Session } from "@zimmer/api/session"
import { useSession } from "@zimmer/api/useSession"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { useTokenOfLink } from "@zimmer/panel/useTokenOfLink"
import { ButtonLink } from "@zimmer/ui/Button"
import { Notice } from "@zimmer/ui/Notice"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { useEffect, useRef } from "react"
import { DoorFrame } from "@/features/account/DoorFrame"
import { WithAddress } from "@/features/account/WithAddress"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"

const text = fa.account

/** Confirming an address by the link of a mail, in whichever browser it was opened. */
export function Verify() {
  return (
    <DoorFrame title={text.verifyTitle}>
      <Outcome />
    </DoorFrame>
  )
}

function Outcome() {
  const secret = useTokenOfLink()
  const session = useSession()
  const isKnown = session.state !== "unknown"
  const isMember = session.state === "member"
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: (token: string) => verifyEmail(token, { isMember }),
  })
  const asked = useRef<string>(undefined)
  useEffect(() => {
    if (!secret || !isKnown || asked.current === secret) return
    asked.current = secret // a link works once, and effects may run twice
    mutate(secret)
  }, [secret, isKnown, mutate])
  if (data) return <Confirmed verified={data} isMember={isMember} />
  if (error && asProblem(error).isPassing) {
    return (
      <ProblemNotice problem={error} busy={isPending} onRetry={() => secret && mutate(secret)} />
    )
  }
  if (error) return <Dead reason={sentenceOf(asProblem(error))} session={session} />
  if (secret === null) return <Dead reason={text.linkMissing} session={session} />
  return (
    <Loading label={text.verifying}>
      <Skeleton className="h-32 rounded-lg" />
    </Loading>
  )
}

function Confirmed({ verified, isMember }: { verified: Verified; isMember: boolean }) {
  return (
    <Notice
      tone="good"
      live="polite"
      title={verified.changed ? text.emailChanged : text.verified}
      action={
        <ButtonLink as={Link} variant="primary" href={isMember ? "/" : "/login/"}>
          {isMember ? text.goOn : text.signIn}
        </ButtonLink>
      }
    >
      <WithAddress
        sentence={verified.changed ? text.emailChangedLead : text.verifiedLead}
        email={verified.email}
      />
    </Notice>
  )
}

/** A second click on a link that did its work is no mishap. */
function Dead({ reason, session }: { reason: string; session: Session }) {
  if (session.state === "member" && session.user.email_verified_at) {
    const { email, email_verified_at } = session.user
    return <Confirmed verified={{ email, email_verified_at, changed: false }} isMember />
  }
  const isMember = session.state === "member"
  return (
    <Notice
      tone="bad"
      live="assertive"
      title={text.linkTitle}
      action={
        <ButtonLink
          as={Link}
          variant="secondary"
          href={isMember ? "/settings/" : "/login/?next=%2Fsettings%2F"}
        >
          {isMember ? text.toSettings : text.signIn}
        </ButtonLink>
      }
    >
      <p>{reason}</p>
      <p>{isMember ? text.verifyFailedMember : text.verifyFailedVisitor}</p>
    </Notice>
  )
}
