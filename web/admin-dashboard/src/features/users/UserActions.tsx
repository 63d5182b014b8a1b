import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { ConfirmDialog } from "@zimmer/ui/ConfirmDialog"
import { Field } from "@zimmer/ui/Field"
import { Select } from "@zimmer/ui/Select"
import { toast } from "@zimmer/ui/Toast"
import dynamic from "next/dynamic"
import { useState } from "react"
import {
  changeRole,
  user as one,
  type Role,
  resetSecondFactor,
  type Switch,
  switchAccount,
  type UserDetail,
} from "@/features/users/queries"
import { en } from "@/messages/en"
import { reasonAgainst } from "@/messages/problems"
import { users as text } from "@/messages/users"

const EditDialog = dynamic(() =>
  import("@/features/users/EditDialog").then((part) => part.EditDialog),
)

type Act = keyof typeof text.acts
type Asked = Exclude<Act, "edit">

const GENTLE: ReadonlySet<Asked> = new Set(["activate", "unlock"])

/** What may be done to an account now; what may not says why. */
export function UserActions({ user }: { user: UserDetail }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const [isEditing, setEditing] = useState(false)
  const [role, setRole] = useState<Role>(user.role)
  const cache = useQueryClient()
  const keep = (changed: UserDetail, act: Act) => {
    cache.setQueryData(one(user.id).queryKey, changed)
    void cache.invalidateQueries({ queryKey: ["users", "list"] })
    toast.success(text.done[act])
  }
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (act: Asked) => {
      if (act === "role") return changeRole(user.id, role)
      if (act === "2fa-reset") return resetSecondFactor(user.id)
      return switchAccount(user.id, act satisfies Switch)
    },
    onSuccess: (changed, act) => {
      keep(changed, act)
      setAsked(null)
    },
  })
  const start = (act: Act) => {
    reset()
    if (act === "edit") setEditing(true)
    else setAsked(act)
  }
  return (
    <ul className="grid gap-3">
      {user.allowed_actions.filter(isKnown).map(({ action, allowed, reason }) => (
        <li key={action} className="grid gap-1">
          <Button
            className="justify-self-start"
            variant={action === "deactivate" || action === "2fa-reset" ? "danger" : "secondary"}
            disabled={!allowed}
            onClick={() => start(action)}
          >
            {text.acts[action]}
          </Button>
          {reason && <span className="text-ink-soft text-sm">{reasonAgainst(reason)}</span>}
        </li>
      ))}
      {isEditing && (
        <EditDialog
          user={user}
          onClose={() => setEditing(false)}
          onSaved={(changed) => {
            keep(changed, "edit")
            setEditing(false)
          }}
        />
      )}
      {asked && (
        <ConfirmDialog
          open
          onOpenChange={(next) => !next && setAsked(null)}
          title={text.acts[asked]}
          confirmLabel={text.acts[asked]}
          cancelLabel={en.common.cancel}
          tone={GENTLE.has(asked) ? "primary" : "danger"}
          busy={isPending}
          onConfirm={() => mutate(asked)}
        >
          <div className="grid gap-4">
            <p>{text.consequences[asked]}</p>
            {asked === "role" && (
              <Field label={text.newRole}>
                {(ids) => (
                  <Select
                    {...ids}
                    value={role}
                    onChange={(event) => setRole(event.target.value as Role)}
                  >
                    {Object.entries(en.roles).map(([value, name]) => (
                      <option key={value} value={value}>
                        {name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
            {error && <ProblemNotice problem={error} />}
          </div>
        </ConfirmDialog>
      )}
    </ul>
  )
}

type Allowed = UserDetail["allowed_actions"][number]

function isKnown(allowed: Allowed): allowed is Allowed & { action: Act } {
  return allowed.action in text.acts
}
