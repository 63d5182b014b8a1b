import type { Me } from "@zimmer/api/session"
import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import dynamic from "next/dynamic"
import { useState } from "react"
import { SettingsCard } from "@/features/account/SettingsCard"
import type { Intent } from "@/features/account/secondFactor"
import { settings } from "@/messages/settings"

const text = settings.twofa

const SecondFactorDialog = dynamic(() =>
  import("@/features/account/SecondFactorDialog").then((part) => part.SecondFactorDialog),
)

/** Whether a code is asked for after the password, and what can be done about it. */
export function SecondFactorCard({ user }: { user: Me }) {
  const [intent, setIntent] = useState<Intent | null>(null)
  const isOn = user.twofa_enabled
  return (
    <SettingsCard
      title={text.title}
      lead={isOn ? text.onLead : text.offLead}
      mark={<Badge tone={isOn ? "good" : "neutral"}>{isOn ? text.on : text.off}</Badge>}
    >
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setIntent("set-up")}>{isOn ? text.replace : text.switchOn}</Button>
        {isOn && <Button onClick={() => setIntent("codes")}>{text.freshCodes}</Button>}
        {isOn && (
          <Button variant="danger" onClick={() => setIntent("off")}>
            {text.switchOff}
          </Button>
        )}
      </div>
      {intent && (
        <SecondFactorDialog
          key={intent}
          user={user}
          intent={intent}
          onClose={() => setIntent(null)}
        />
      )}
    </SettingsCard>
  )
}
