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
import { useState } from "react"
import { useForm } from "react-hook-form"
import { ask } from "@/features/adjustments/queries"
import { type WishForm, wishForm, wishOf } from "@/features/adjustments/wish"
import { adjustments as text } from "@/messages/adjustments"
import { en } from "@/messages/en"

/** The form of a correction. One key for the whole dialog: a second click or a lost answer asks once. */
export function AskDialog({ copyId, onClose }: { copyId: string; onClose: () => void }) {
  const [key] = useState(() => crypto.randomUUID())
  const cache = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: (form: WishForm) => ask(wishOf(form), key),
    onSuccess: () => {
      toast.success(text.sent)
      void cache.invalidateQueries({ queryKey: ["adjustments"] })
      onClose()
    },
  })
  const { register, handleSubmit, formState } = useForm<WishForm>({
    resolver: standardSchemaResolver(wishForm),
    defaultValues: {
      copy: copyId,
      bucket: "paid",
      direction: "add",
      tokens: "",
      reason: "",
      payment: "",
    },
  })
  const { errors } = formState
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && !isPending && onClose()}
      title={text.ask}
      description={text.askLead}
      closeLabel={en.common.close}
    >
      <form noValidate onSubmit={handleSubmit((form) => mutate(form))} className="grid gap-4">
        <Field label={text.copyId} hint={text.copyHint} error={errors.copy?.message}>
          {(ids) => <Input {...ids} {...register("copy")} inputMode="numeric" />}
        </Field>
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label={text.direction}>
            {(ids) => (
              <Select {...ids} {...register("direction")}>
                <option value="add">{text.add}</option>
                <option value="take">{text.take}</option>
              </Select>
            )}
          </Field>
          <Field label={text.tokens} error={errors.tokens?.message}>
            {(ids) => <Input {...ids} {...register("tokens")} inputMode="numeric" />}
          </Field>
          <Field label={text.bucket}>
            {(ids) => (
              <Select {...ids} {...register("bucket")}>
                <option value="paid">{text.buckets.paid}</option>
                <option value="demo">{text.buckets.demo}</option>
              </Select>
            )}
          </Field>
        </div>
        <Field label={text.reason} hint={text.reasonHint} error={errors.reason?.message}>
          {(ids) => <Textarea {...ids} {...register("reason")} rows={3} />}
        </Field>
        <Field
          label={text.relatedPayment}
          optional={en.common.optional}
          hint={text.relatedPaymentHint}
          error={errors.payment?.message}
        >
          {(ids) => <Input {...ids} {...register("payment")} inputMode="numeric" />}
        </Field>
        {error && <ProblemNotice problem={error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{en.common.cancel}</Button>
          <Button type="submit" variant="primary" busy={isPending}>
            {text.send}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
