import { Button } from "@zimmer/ui/Button"
import dynamic from "next/dynamic"
import { useState } from "react"
import { SettingsCard } from "@/features/account/SettingsCard"
import { settings as text } from "@/messages/settings"

const LeavingDialog = dynamic(() =>
  import("@/features/account/LeavingDialog").then((part) => part.LeavingDialog),
)

/** The way out: what it means, and a question before it happens. */
export function LeavingCard() {
  const [isAsking, setAsking] = useState(false)
  return (
    <SettingsCard title={text.leaving} lead={text.leavingLead}>
      <Button variant="danger" className="justify-self-start" onClick={() => setAsking(true)}>
        {text.leave}
      </Button>
      {isAsking && <LeavingDialog onClose={() => setAsking(false)} />}
    </SettingsCard>
  )
}
