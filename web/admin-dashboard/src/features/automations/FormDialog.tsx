import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Select } from "@zimmer/ui/Select"
import { Textarea } from "@zimmer/ui/Textarea"
import { toast } from "@zimmer/ui/Toast"
import { useForm } from "react-hook-form"
import {
  type AutomationForm,
  automationForm,
  formOf,
  type Name,
  newOf,
  sentOf,
} from "@/features/automations/form"
import {
  type AutomationRecord,
  create,
  edit,
  automation as one,
} from "@/features/automations/queries"
import { automations as text } from "@/messages/automations"
import { en } from "@/messages/en"

type Props = {
  /** The one that is edited; without it a new one is made. */
  automation?: AutomationRecord
  mayPrice: boolean
  onClose: () => void
  onSaved: (saved: AutomationRecord) => void
}

const LINES: readonly (readonly [Name, string])[] = [
  ["tagline", text.tagline],
  ["category", text.category],
  ["developer", text.developer],
]
const ADDRESSES: readonly (readonly [Name, string])[] = [
  ["icon_url", text.icon],
  ["support_url", text.support],
  ["provision_url", text.provision],
  ["health_check_url", text.healthCheck],
]

/** The form of an automation, new or known. */
export function FormDialog({ automation, mayPrice, onClose, onSaved }: Props) {
  const cache = useQueryClient()
  const { register, handleSubmit, formState } = useForm<AutomationForm>({
    resolver: standardSchemaResolver(automationForm),
    defaultValues: formOf(automation),
  })
  const { errors, dirtyFields } = formState
  const { mutate, isPending, error } = useMutation({
    mutationFn: (form: AutomationForm) =>
      automation
        ? edit(automation.id, sentOf(form, Object.keys(dirtyFields) as Name[]))
        : create(newOf(form)),
    onSuccess: (saved) => {
      cache.setQueryData(one(saved.id).queryKey, saved)
      void cache.invalidateQueries({ queryKey: ["automations", "list"] })
      toast.success(automation ? text.saved : text.created)
      onSaved(saved)
    },
  })
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && !isPending && onClose()}
      title={automation ? text.editTitle : text.create}
      closeLabel={en.common.close}
    >
      <form noValidate onSubmit={handleSubmit((form) => mutate(form))} className="grid gap-4">
        <Field label={text.name} error={errors.name?.message}>
          {(ids) => <Input {...ids} {...register("name")} dir="auto" />}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label={text.priceToman}
            hint={mayPrice ? undefined : text.priceManagers}
            error={errors.price?.message}
          >
            {(ids) => (
              <Input {...ids} {...register("price")} readOnly={!mayPrice} inputMode="numeric" />
            )}
          </Field>
          <Field label={text.pricing} hint={mayPrice ? undefined : text.priceManagers}>
            {(ids) => (
              <Select {...ids} {...register("pricing_type")}>
                {Object.entries(text.pricings)
                  .filter(([value]) => mayPrice || value === automation?.pricing_type)
                  .map(([value, name]) => (
                    <option key={value} value={value}>
                      {name}
                    </option>
                  ))}
              </Select>
            )}
          </Field>
        </div>
        {LINES.map(([name, label]) => (
          <Field
            key={name}
            label={label}
            optional={en.common.optional}
            error={errors[name]?.message}
          >
            {(ids) => <Input {...ids} {...register(name)} dir="auto" />}
          </Field>
        ))}
        <Field
          label={text.description}
          optional={en.common.optional}
          error={errors.description?.message}
        >
          {(ids) => <Textarea {...ids} {...register("description")} rows={5} />}
        </Field>
        {ADDRESSES.map(([name, label]) => (
          <Field
            key={name}
            label={label}
            optional={en.common.optional}
            error={errors[name]?.message}
          >
            {(ids) => <Input {...ids} {...register(name)} type="url" dir="ltr" />}
          </Field>
        ))}
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
