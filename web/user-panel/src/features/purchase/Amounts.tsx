import type { AutomationDetail } from "@zimmer/api/automations"
import { Badge } from "@zimmer/ui/Badge"
import { Field } from "@zimmer/ui/Field"
import { count, toman } from "@zimmer/ui/format"
import { NumberInput } from "@zimmer/ui/NumberInput"
import { RadioCard, RadioCards } from "@zimmer/ui/RadioCards"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import { fa } from "@/messages/fa"

const text = fa.buy
const CUSTOM = "custom"
const MOST = 10_000_000

/** One of the packages, or a number of one's own. */
export type Choice = { kind: "package"; tokens: number } | { kind: "custom"; tokens: number | null }

/** What is chosen before anybody has chosen: the package most people take. */
export function firstChoice({ packages }: AutomationDetail): Choice {
  const offer = packages.find(({ highlight }) => highlight) ?? packages[0]
  return offer ? { kind: "package", tokens: offer.tokens } : { kind: "custom", tokens: null }
}

/** How many tokens that is; null while it is no amount. */
export function tokensOf({ tokens }: Choice): number | null {
  return tokens !== null && tokens >= 1 && tokens <= MOST ? tokens : null
}

type Props = { automation: AutomationDetail; choice: Choice; onChoice: (choice: Choice) => void }

/** The packages as cards, and a card for any other amount. */
export function Amounts({ automation, choice, onChoice }: Props) {
  const unit = automation.price_per_token
  const choose = (value: string) => {
    if (value === CUSTOM) onChoice({ kind: "custom", tokens: choice.tokens })
    else onChoice({ kind: "package", tokens: Number(value) })
  }
  return (
    <section className="grid gap-4">
      <h2 className="font-semibold text-lg">{text.choose}</h2>
      <RadioCards
        label={text.choose}
        value={choice.kind === "custom" ? CUSTOM : String(choice.tokens)}
        onValueChange={choose}
      >
        {automation.packages.map((offer) => (
          <RadioCard
            key={offer.tokens}
            value={String(offer.tokens)}
            badge={offer.highlight && <Badge tone="lapis">{fa.automation.best}</Badge>}
          >
            <TokenAmount tokens={offer.tokens} size="lg" unit={fa.common.tokens} />
            <span className="mt-1 flex flex-wrap items-baseline gap-x-3">
              <span className="font-semibold">{toman(offer.amount)}</span>
              <Saving amount={offer.amount} full={offer.tokens * unit} />
            </span>
          </RadioCard>
        ))}
        <RadioCard value={CUSTOM}>
          <span className="block font-semibold">{text.custom}</span>
          <span className="mt-1 block text-ink-soft text-sm">{text.perToken(toman(unit))}</span>
        </RadioCard>
      </RadioCards>
      {choice.kind === "custom" && (
        <Field
          label={text.customLabel}
          hint={text.customHint(toman(unit))}
          error={choice.tokens !== null && tokensOf(choice) === null ? text.customWrong : undefined}
        >
          {(ids) => (
            <NumberInput
              {...ids}
              autoFocus
              onFocus={(event) => event.currentTarget.select()}
              value={choice.tokens}
              onValue={(tokens) => onChoice({ kind: "custom", tokens })}
            />
          )}
        </Field>
      )}
    </section>
  )
}

function Saving({ amount, full }: { amount: number; full: number }) {
  const percent = Math.floor((1 - amount / full) * 100)
  if (percent < 1) return null
  return <span className="text-good-ink text-sm">{text.saving(count(percent))}</span>
}
