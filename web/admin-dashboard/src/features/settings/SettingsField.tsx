import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Select } from "@zimmer/ui/Select"
import { Textarea } from "@zimmer/ui/Textarea"
import { kindOf, type Field as Name } from "@/features/settings/form"
import { settings as text } from "@/messages/settings"

type Props = {
  field: Name
  value: string | boolean
  error?: string
  disabled: boolean
  onType: (value: string | boolean) => void
}

/** One setting, in the control that fits it. */
export function SettingsField({ field, value, error, disabled, onType }: Props) {
  const { label, hint } = text.fields[field]
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => {
        if (typeof value === "boolean") {
          return (
            <Select
              {...ids}
              disabled={disabled}
              value={value ? "on" : "off"}
              onChange={(event) => onType(event.target.value === "on")}
            >
              <option value="off">{text.off}</option>
              <option value="on">{text.on}</option>
            </Select>
          )
        }
        const shared = { ...ids, disabled, value }
        return kindOf(field) === "text" ? (
          <Textarea {...shared} rows={2} onChange={(event) => onType(event.target.value)} />
        ) : (
          <Input
            {...shared}
            inputMode="numeric"
            autoComplete="off"
            suffix={kindOf(field) === "toman" ? text.toman : undefined}
            onChange={(event) => onType(event.target.value)}
          />
        )
      }}
    </Field>
  )
}
