import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Select } from "@zimmer/ui/Select"
import { toast } from "@zimmer/ui/Toast"
import { useForm } from "react-hook-form"
import * as z from "zod/mini"
import { invite } from "@/features/users/queries"
import { en } from "@/messages/en"
import { users as text } from "@/messages/users"

const ROLES = ["support", "technical", "manager"] as const

const invitationForm = z.object({
  email: z.string().check(z.trim(), z.regex(/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/, text.emailWrong)),
  role: z.enum(ROLES),
})

/** Whom to invite, and as what. The link goes to them and is shown to nobody else. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { register, handleSubmit, formState, watch } = useForm<z.infer<typeof invitationForm>>({
    resolver: standardSchemaResolver(invitationForm),
    defaultValues: { email: "", role: "support" },
  })
  const { errors } = formState
  const { mutate, isPending, error } = useMutation({
    mutationFn: invite,
    onSuccess: ({ email }) => {
      toast.success(text.invited(email))
      onClose()
    },
  })
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && !isPending && onClose()}
      title={text.invite}
      description={text.inviteLead}
      closeLabel={en.common.close}
    >
      <form noValidate onSubmit={handleSubmit((form) => mutate(form))} className="grid gap-4">
        <Field label={text.inviteEmail} error={errors.email?.message}>
          {(ids) => <Input {...ids} {...register("email")} type="email" autoComplete="off" />}
        </Field>
        <Field label={text.inviteRole} hint={text.inviteRights[watch("role")]}>
          {(ids) => (
            <Select {...ids} {...register("role")}>
              {ROLES.map((role) => (
                <option key={role} value={role}>
                  {en.roles[role]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {error && <ProblemNotice problem={error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{en.common.cancel}</Button>
          <Button variant="primary" type="submit" busy={isPending}>
            {text.inviteSend}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
