import { Field } from "@zimmer/ui/Field"
import { latinDigits } from "@zimmer/ui/format"
import { Input } from "@zimmer/ui/Input"
import { useEffect, useRef } from "react"

/** What becomes of a typed code: any digits, in groups or not. */
export function tidiedCode(typed: string): string {
  return latinDigits(typed)
    .replace(/[^0-9a-zA-Z]/g, "")
    .toLowerCase()
}

type Props = {
  label: string
  hint?: string
  error?: string
  /** Six digits of an authenticator, or one of the codes kept on paper. */
  kind: "authenticator" | "recovery"
  value: string
  onChange: (value: string) => void
}

/** Where a code is typed. The phone's keyboard has digits, and a password manager may fill it in. */
export function CodeField({ label, hint, error, kind, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (kind) input.current?.focus()
  }, [kind])
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <Input
          {...ids}
          ref={input}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          dir="ltr"
          translate="no"
          maxLength={20}
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono tracking-widest"
          {...(kind === "authenticator"
            ? { inputMode: "numeric", autoComplete: "one-time-code" }
            : { autoComplete: "off" })}
        />
      )}
    </Field>
  )
}
