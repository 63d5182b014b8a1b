import { Field } from "@zimmer/ui/Field"
import { PasswordInput } from "@zimmer/ui/PasswordInput"
import type { UseFormRegisterReturn } from "react-hook-form"
import { fa } from "@/messages/fa"

const text = fa.account

type Props = {
  label: string
  hint?: string
  error?: string
  autoComplete: "current-password" | "new-password"
  /** What `register` of the form returns. */
  field: UseFormRegisterReturn
}

/** A password in a form, which its owner may look at. */
export function PasswordField({ label, hint, error, autoComplete, field }: Props) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <PasswordInput
          {...ids}
          {...field}
          autoComplete={autoComplete}
          showLabel={text.showPassword}
          hideLabel={text.hidePassword}
        />
      )}
    </Field>
  )
}
