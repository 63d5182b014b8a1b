import { useQueryClient } from "@tanstack/react-query"
import {
  type AuthenticatorSetup,
  activate,
  freshRecoveryCodes,
  setUp,
  switchOff,
} from "@zimmer/api/secondFactor"
import { isNow, type Me } from "@zimmer/api/session"
import { ownSignIns } from "@zimmer/api/signIns"
import { AuthenticatorForm } from "@zimmer/panel/AuthenticatorForm"
import { RecoveryCodes } from "@zimmer/panel/RecoveryCodes"
import { Dialog } from "@zimmer/ui/Dialog"
import { useState } from "react"
import { type Proof, ProvingForm } from "@/features/account/ProvingForm"
import type { Intent } from "@/features/account/secondFactor"
import { fa } from "@/messages/fa"
import { settings } from "@/messages/settings"

const text = settings.twofa

type Step =
  | { at: "proof" }
  | { at: "phone"; setup: AuthenticatorSetup }
  | { at: "codes"; codes: string[] }

type Props = { user: Me; intent: Intent; onClose: () => void }

/** One thing done about a second factor: first who one is, then the phone, then the codes for paper. */
export function SecondFactorDialog({ user, intent, onClose }: Props) {
  const cache = useQueryClient()
  const [step, setStep] = useState<Step>({ at: "proof" })
  const [wasOn] = useState(user.twofa_enabled)
  const changed = (twofa_enabled: boolean) => {
    isNow({ ...user, twofa_enabled })
    void cache.invalidateQueries({ queryKey: ownSignIns.queryKey }) // the other devices are signed out
  }
  const prove = async ({ password, code }: Proof) => {
    if (intent === "set-up") {
      setStep({ at: "phone", setup: await setUp(password, wasOn ? code : undefined) })
    } else if (intent === "codes") {
      setStep({ at: "codes", codes: await freshRecoveryCodes(code) })
    } else {
      await switchOff(password, code)
      changed(false)
      onClose()
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title={step.at === "codes" ? text.recovery.title : titleOf(intent, wasOn)}
      description={step.at === "codes" ? text.recovery.lead : undefined}
      closeLabel={fa.common.close}
    >
      {step.at === "proof" && (
        <ProvingForm
          lead={leadOf(intent, wasOn)}
          asksPassword={intent !== "codes"}
          asksCode={wasOn}
          submit={intent === "off" ? text.switchOff : text.next}
          prove={prove}
          onCancel={onClose}
        />
      )}
      {step.at === "phone" && (
        <AuthenticatorForm
          text={text.phone}
          setup={step.setup}
          activate={activate}
          onDone={(codes) => {
            setStep({ at: "codes", codes })
            changed(true)
          }}
        />
      )}
      {step.at === "codes" && (
        <RecoveryCodes
          text={text.recovery}
          codes={step.codes}
          email={user.email}
          onKept={onClose}
        />
      )}
    </Dialog>
  )
}

function titleOf(intent: Intent, wasOn: boolean): string {
  if (intent === "codes") return text.freshCodes
  if (intent === "off") return text.offTitle
  return wasOn ? text.replaceTitle : text.onTitle
}

function leadOf(intent: Intent, wasOn: boolean): string {
  if (intent === "codes") return text.freshCodesLead
  if (intent === "off") return text.switchOffLead
  return wasOn ? text.replaceLead : text.switchOnLead
}
