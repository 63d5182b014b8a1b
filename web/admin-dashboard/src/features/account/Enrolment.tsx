import { useQuery } from "@tanstack/react-query"
import { beginEnrolment, finishEnrolment } from "@zimmer/api/account"
import { useSession } from "@zimmer/api/useSession"
import { AuthenticatorForm } from "@zimmer/panel/AuthenticatorForm"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { RecoveryCodes } from "@zimmer/panel/RecoveryCodes"
import { ButtonLink } from "@zimmer/ui/Button"
import { Notice } from "@zimmer/ui/Notice"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { useRouter } from "next/router"
import { useEffect, useState } from "react"
import { DoorPage } from "@/features/account/DoorPage"
import { carried, drop } from "@/features/account/waiting"
import { recovery, enrol as text } from "@/messages/account"
import { en } from "@/messages/en"

/** Where the staff sets up the second factor it signs in with, on the way in. */
export function Enrolment() {
  const [challenge, setChallenge] = useState<string | null>()
  const [codes, setCodes] = useState<string[]>()
  const { user } = useSession()
  const router = useRouter()
  useEffect(() => setChallenge(carried()), []) // the exported page was made without one
  if (codes) {
    return (
      <DoorPage title={recovery.title} lead={recovery.lead}>
        <RecoveryCodes
          text={recovery}
          codes={codes}
          email={user?.email ?? ""}
          onKept={() => void router.replace("/")}
        />
      </DoorPage>
    )
  }
  return (
    <DoorPage title={text.title} lead={text.lead}>
      {challenge === undefined && <Waiting />}
      {challenge === null && <BeginAgain />}
      {challenge && (
        <SetUp
          challenge={challenge}
          onDone={(shown) => {
            drop()
            setCodes(shown)
          }}
        />
      )}
    </DoorPage>
  )
}

type SetUpProps = { challenge: string; onDone: (codes: string[]) => void }

function SetUp({ challenge, onDone }: SetUpProps) {
  const query = useQuery({
    queryKey: ["enrolment", challenge],
    queryFn: () => beginEnrolment(challenge),
    staleTime: Number.POSITIVE_INFINITY, // asking again would make another secret
    gcTime: 0,
    retry: false,
  })
  if (query.isPending) return <Waiting />
  if (query.isError) {
    return (
      <div className="grid gap-4">
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
        <ToSignIn />
      </div>
    )
  }
  return (
    <AuthenticatorForm
      text={text}
      setup={query.data}
      activate={(code) => finishEnrolment(challenge, code)}
      onDone={onDone}
    />
  )
}

function BeginAgain() {
  return (
    <Notice tone="info" action={<ToSignIn />}>
      {text.gone}
    </Notice>
  )
}

function ToSignIn() {
  return (
    <ButtonLink as={Link} href="/login/">
      {text.signIn}
    </ButtonLink>
  )
}

function Waiting() {
  return (
    <Loading label={en.common.loading}>
      <div className="grid justify-items-center gap-4">
        <Skeleton className="size-52" />
        <Skeleton className="h-11 w-full" />
      </div>
    </Loading>
  )
}
