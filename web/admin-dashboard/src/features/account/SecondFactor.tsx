import { useQueryClient } from "@tanstack/react-query"
import type { AuthenticatorSetup } from "@zimmer/api/account"
import { activate } from "@zimmer/api/secondFactor"
import { type Me, renew } from "@zimmer/api/session"
import { ownSignIns } from "@zimmer/api/signIns"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { toast } from "@zimmer/ui/Toast"
import dynamic from "next/dynamic"
import { useState } from "react"
import { enrol, recovery, me as text } from "@/messages/account"
import { en } from "@/messages/en"

// Each step is fetched when somebody takes it; most come to look.
const AuthenticatorForm = dynamic(() =>
  import("@zimmer/panel/AuthenticatorForm").then((part) => part.AuthenticatorForm),
)
const RecoveryCodes = dynamic(() =>
  import("@zimmer/panel/RecoveryCodes").then((part) => part.RecoveryCodes),
)
const FreshCodesForm = dynamic(() =>
  import("@/features/account/ProvingForms").then((part) => part.FreshCodesForm),
)
const ReplaceForm = dynamic(() =>
  import("@/features/account/ProvingForms").then((part) => part.ReplaceForm),
)

type Step =
  | { at: "replace" | "anew" }
  | { at: "phone"; setup: AuthenticatorSetup }
  | { at: "codes"; codes: string[] }

/** What can be done about one's second factor: another phone, and other codes for paper. */
export function SecondFactor({ user }: { user: Me }) {
  const [step, setStep] = useState<Step | null>(null)
  const cache = useQueryClient()
  const close = () => setStep(null)
  return (
    <div className="grid gap-4">
      <p className="text-ink-soft text-sm">{user.twofa_enabled ? text.twofaLead : text.twofaOff}</p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setStep({ at: "replace" })}>
          {user.twofa_enabled ? text.replace : text.setUp}
        </Button>
        {user.twofa_enabled && <Button onClick={() => setStep({ at: "anew" })}>{text.anew}</Button>}
      </div>
      {step && (
        <Dialog
          open
          onOpenChange={(next) => !next && close()}
          title={titleOf(step, user)}
          description={step.at === "codes" ? recovery.lead : undefined}
          closeLabel={en.common.close}
        >
          {step.at === "replace" && (
            <ReplaceForm
              needsCode={user.twofa_enabled}
              onSetUp={(setup) => setStep({ at: "phone", setup })}
              onCancel={close}
            />
          )}
          {step.at === "anew" && (
            <FreshCodesForm onCodes={(codes) => setStep({ at: "codes", codes })} onCancel={close} />
          )}
          {step.at === "phone" && (
            <AuthenticatorForm
              text={enrol}
              setup={step.setup}
              activate={activate}
              onDone={(codes) => {
                setStep({ at: "codes", codes })
                toast.success(text.replaced)
                void cache.invalidateQueries(ownSignIns)
                void renew() // who one is says now that there is a second factor
              }}
            />
          )}
          {step.at === "codes" && (
            <RecoveryCodes text={recovery} codes={step.codes} email={user.email} onKept={close} />
          )}
        </Dialog>
      )}
    </div>
  )
}

function titleOf(step: Step, user: Me): string {
  if (step.at === "codes") return recovery.title
  if (step.at === "anew") return text.anew
  return user.twofa_enabled ? text.replace : text.setUp
}
