import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { Field } from "@zimmer/ui/Field"
import { latinDigits } from "@zimmer/ui/format"
import { Input } from "@zimmer/ui/Input"
import { useForm } from "react-hook-form"
import * as z from "zod/mini"
import { edit, type UserDetail } from "@/features/users/queries"
import { en } from "@/messages/en"
import { users as text } from "@/messages/users"

const MASK = "***"

const personForm = z.object({
  name: z.string().check(z.trim(), z.minLength(1, text.nameMissing), z.maxLength(120)),
  phone: z
    .string()
    .check(z.refine((typed) => /^(|(\+98|0)9\d{9})$/.test(tidied(typed)), text.phoneWrong)),
})

type PersonForm = z.infer<typeof personForm>

type Props = { user: UserDetail; onClose: () => void; onSaved: (changed: UserDetail) => void }

/** A name and a number. A masked number is only sent when another one was typed in its place. */
export function EditDialog({ user, onClose, onSaved }: Props) {
  const isHidden = user.phone_number?.includes(MASK) ?? false
  const { register, handleSubmit, formState } = useForm<PersonForm>({
    resolver: standardSchemaResolver(personForm),
    defaultValues: { name: user.name, phone: isHidden ? "" : (user.phone_number ?? "") },
  })
  const { errors, dirtyFields } = formState
  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ name, phone }: PersonForm) =>
      edit(user.id, {
        ...(dirtyFields.name && { name }),
        ...(dirtyFields.phone && { phone_number: tidied(phone) || null }),
      }),
    onSuccess: onSaved,
  })
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && !isPending && onClose()}
      title={text.editTitle}
      closeLabel={en.common.close}
    >
      <form noValidate onSubmit={handleSubmit((form) => mutate(form))} className="grid gap-4">
        <Field label={text.columns.name} error={errors.name?.message}>
          {(ids) => <Input {...ids} {...register("name")} dir="auto" />}
        </Field>
        <Field
          label={text.phone}
          optional={en.common.optional}
          hint={isHidden ? (user.phone_number ?? undefined) : undefined}
          error={errors.phone?.message}
        >
          {(ids) => <Input {...ids} {...register("phone")} inputMode="tel" dir="ltr" />}
        </Field>
        {error && <ProblemNotice problem={error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{en.common.cancel}</Button>
          <Button type="submit" variant="primary" busy={isPending}>
            {text.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function tidied(typed: string): string {
  return latinDigits(typed).replace(/[\s-]/g, "")
}
