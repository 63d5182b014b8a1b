import { Badge } from "@zimmer/ui/Badge"
import { Button, ButtonLink } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { NumberInput } from "@zimmer/ui/NumberInput"
import { PasswordInput } from "@zimmer/ui/PasswordInput"
import { RadioCard, RadioCards } from "@zimmer/ui/RadioCards"
import { Select } from "@zimmer/ui/Select"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import { Receipt } from "lucide-react"
import { useState } from "react"
import type { Sample } from "@/features/kit/samples"

const variants = ["primary", "secondary", "quiet", "danger"] as const

/** Buttons at rest, with an icon, off, busy, long. */
export function Buttons({ t }: { t: Sample }) {
  const words = { primary: t.pay, secondary: t.see, quiet: t.cancel, danger: t.remove }
  return (
    <>
      {variants.map((variant) => (
        <div key={variant} className="flex flex-wrap gap-2">
          <Button variant={variant}>{words[variant]}</Button>
          <Button variant={variant} disabled>
            {words[variant]}
          </Button>
          <Button variant={variant} busy busyLabel={t.busy}>
            {words[variant]}
          </Button>
          <Button variant={variant} icon={<Receipt />} aria-label={t.see} />
        </div>
      ))}
      <Button variant="primary" size="lg" block icon={<Receipt />}>
        {t.pay}
      </Button>
      <Button block>{t.long}</Button>
      <ButtonLink href="#kit" variant="secondary" icon={<Receipt />}>
        {t.see}
      </ButtonLink>
    </>
  )
}

/** Fields at rest, filled, wrong, off. */
export function Fields({ t }: { t: Sample }) {
  const [tokens, setTokens] = useState<number | null>(123456789012)
  return (
    <>
      <Field label={t.email} optional={t.optional} hint={t.hint}>
        {(ids) => <Input {...ids} dir="ltr" type="email" placeholder="mina@example.com" />}
      </Field>
      <Field label={t.email} error={t.wrong} hint={t.hint}>
        {(ids) => <Input {...ids} dir="ltr" type="email" defaultValue="mina@" />}
      </Field>
      <Field label={t.email}>{(ids) => <Input {...ids} disabled defaultValue={t.long} />}</Field>
      <Field label={t.password}>
        {(ids) => (
          <PasswordInput {...ids} showLabel={t.show} hideLabel={t.hide} defaultValue="correct" />
        )}
      </Field>
      <Field label={t.amount} hint={t.hint}>
        {(ids) => <NumberInput {...ids} value={tokens} onValue={setTokens} suffix={t.tokens} />}
      </Field>
      <Field label={t.category}>
        {(ids) => (
          <Select {...ids}>
            <option>{t.shop}</option>
            <option>{t.teaching}</option>
          </Select>
        )}
      </Field>
    </>
  )
}

/** One choice among cards. */
export function Choices({ t }: { t: Sample }) {
  const [value, setValue] = useState("500")
  return (
    <RadioCards value={value} onValueChange={setValue} label={t.amount} className="sm:grid-cols-1!">
      <RadioCard value="100">
        <TokenAmount tokens={100} size="lg" unit={t.tokens} />
      </RadioCard>
      <RadioCard value="500" badge={<Badge tone="lapis">{t.popular}</Badge>}>
        <TokenAmount tokens={500} size="lg" unit={t.tokens} />
        <span className="block text-sm text-ink-soft">{t.hint}</span>
      </RadioCard>
      <RadioCard value="long">{t.long}</RadioCard>
      <RadioCard value="off" disabled>
        {t.shop}
      </RadioCard>
    </RadioCards>
  )
}
