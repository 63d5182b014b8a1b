import { Button } from "@zimmer/ui/Button"
import dynamic from "next/dynamic"
import { useState } from "react"
import { me as text } from "@/messages/account"

const PasswordDialog = dynamic(() =>
  import("@/features/account/PasswordDialog").then((part) => part.PasswordDialog),
)

/** Another password for oneself. */
export function OwnPassword() {
  const [isOpen, setOpen] = useState(false)
  return (
    <div className="grid gap-4">
      <p className="text-ink-soft text-sm">{text.passwordLead}</p>
      <Button className="justify-self-start" onClick={() => setOpen(true)}>
        {text.changePassword}
      </Button>
      {isOpen && <PasswordDialog onClose={() => setOpen(false)} />}
    </div>
  )
}
