import { Field } from "@zimmer/ui/Field"
import { latinDigits } from "@zimmer/ui/format"
import { Input } from "@zimmer/ui/Input"
import { useState } from "react"

type Props = {
  label: string
  value: string | undefined
  onChoose: (id: string) => void
  /** Takes digits alone. */
  isNumber?: boolean
}

/** One thing by its number or name; asked for with Enter, or when the field is left. */
export function IdFilter({ label, value = "", onChoose, isNumber }: Props) {
  const [text, setText] = useState(value)
  const [told, setTold] = useState(value)
  if (value !== told) {
    // Somebody else changed the address: a link, the back button, or "clear".
    setTold(value)
    setText(value)
  }
  const tell = () => {
    const id = text.trim()
    if (id !== told) onChoose(id)
  }
  return (
    <div className="min-w-0 sm:w-36">
      <Field label={label}>
        {(ids) => (
          <Input
            {...ids}
            dir="ltr"
            inputMode={isNumber ? "numeric" : undefined}
            autoComplete="off"
            maxLength={isNumber ? 9 : 50}
            value={text}
            onChange={({ target }) => setText(isNumber ? digitsOf(target.value) : target.value)}
            onKeyDown={({ key }) => key === "Enter" && tell()}
            onBlur={tell}
          />
        )}
      </Field>
    </div>
  )
}

function digitsOf(typed: string): string {
  return latinDigits(typed).replace(/\D/g, "")
}
