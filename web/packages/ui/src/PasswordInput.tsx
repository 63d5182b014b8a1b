import { Eye, EyeOff } from "lucide-react"
import { useState } from "react"
import { Input, type InputProps } from "./Input"

type Props = Omit<InputProps, "type" | "suffix"> & { showLabel: string; hideLabel: string }

/** A password that its owner may look at; written left to right in every language. */
export function PasswordInput({ showLabel, hideLabel, ...rest }: Props) {
  const [shown, setShown] = useState(false)
  const Icon = shown ? EyeOff : Eye
  return (
    <Input
      dir="ltr"
      autoComplete="current-password"
      {...rest}
      type={shown ? "text" : "password"}
      suffix={
        <button
          type="button"
          disabled={rest.disabled}
          aria-label={shown ? hideLabel : showLabel}
          onClick={() => setShown(!shown)}
          className="grid size-11 place-items-center rounded-md text-ink-soft hover:text-ink focus-visible:-outline-offset-4"
        >
          <Icon aria-hidden className="size-5" />
        </button>
      }
    />
  )
}
