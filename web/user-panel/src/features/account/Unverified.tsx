import { useMutation } from "@tanstack/react-query"
import { sendVerification } from "@zimmer/api/account"
import { asProblem } from "@zimmer/api/problem"
import type { Me } from "@zimmer/api/session"
import { Button } from "@zimmer/ui/Button"
import { Notice } from "@zimmer/ui/Notice"
import { WithAddress } from "@/features/account/WithAddress"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"

const text = fa.account

/** A calm word to whoever has not confirmed their address, with another link for whoever has lost it. */
export function Unverified({ user }: { user: Me }) {
  const { mutate, isPending, isSuccess, error } = useMutation({ mutationFn: sendVerification })
  if (user.email_verified_at) return null
  if (isSuccess) {
    return (
      <Notice tone="good" live="polite">
        {text.sentAgain}
      </Notice>
    )
  }
  return (
    <Notice
      tone="info"
      title={text.unverified}
      action={
        <Button
          variant="secondary"
          onClick={() => mutate()}
          busy={isPending}
          busyLabel={text.sendingAgain}
        >
          {text.sendAgain}
        </Button>
      }
    >
      <p>
        <WithAddress sentence={text.unverifiedLead} email={user.email} />
      </p>
      {error && (
        <p role="alert" className="mt-1 text-bad-ink">
          {sentenceOf(asProblem(error))}
        </p>
      )}
    </Notice>
  )
}
