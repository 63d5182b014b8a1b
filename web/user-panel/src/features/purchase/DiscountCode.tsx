import { useMutation } from "@tanstack/react-query"
import { quote } from "@zimmer/api/payments"
import { asProblem } from "@zimmer/api/problem"
import { Button } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { type FormEvent, useState } from "react"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"

const text = fa.buy

type Props = {
  automationId: number
  tokens: number | null
  code: string | null
  onCode: (code: string | null) => void
}

/** A code is tried before it is used: one that is refused says why and leaves the price as it is. */
export function DiscountCode({ automationId, tokens, code, onCode }: Props) {
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState("")
  const trying = useMutation({
    mutationFn: (discountCode: string) =>
      quote({ automationId, tokens: tokens ?? 0, discountCode }),
    onSuccess: (found) => {
      onCode(found.discount_code)
      setOpen(false)
    },
  })
  if (code) return <Used code={code} onRemove={() => onCode(null)} />
  if (!isOpen) {
    return (
      <Button variant="quiet" className="justify-self-start" onClick={() => setOpen(true)}>
        {text.haveCode}
      </Button>
    )
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim() && tokens !== null) trying.mutate(typed.trim())
  }
  return (
    <form onSubmit={submit} className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <Field
          label={text.code}
          error={trying.isError ? sentenceOf(asProblem(trying.error)) : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              dir="ltr"
              autoComplete="off"
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value)
                trying.reset()
              }}
            />
          )}
        </Field>
      </div>
      <Button type="submit" className="mt-8" busy={trying.isPending} disabled={!typed.trim()}>
        {text.useCode}
      </Button>
    </form>
  )
}

function Used({ code, onRemove }: { code: string; onRemove: () => void }) {
  return (
    <p className="flex items-center justify-between gap-3 rounded-md bg-good-soft ps-4 text-good-ink text-sm">
      <span>
        {text.codeUsed} <bdi dir="ltr">{code}</bdi>
      </span>
      <Button variant="quiet" onClick={onRemove}>
        {text.removeCode}
      </Button>
    </p>
  )
}
