import type { OwnAutomation } from "@zimmer/api/automations"
import { Bar } from "@zimmer/ui/Bar"
import { count, date } from "@zimmer/ui/format"
import { fa } from "@/messages/fa"

const text = fa.balance

/** The small lines under a balance: what was spent today, and what is left of the trial. */
export function Spending({ own }: { own: OwnAutomation }) {
  return (
    <div className="grid gap-2 text-ink-soft text-sm">
      {own.daily_spend_cap === null ? (
        own.spent_today > 0 && <p>{text.spentToday(count(own.spent_today))}</p>
      ) : (
        <>
          <Bar value={own.spent_today} max={own.daily_spend_cap} label={text.cap} />
          <p>{text.spentOfCap(count(own.spent_today), count(own.daily_spend_cap))}</p>
        </>
      )}
      <Trial own={own} />
    </div>
  )
}

function Trial({ own }: { own: OwnAutomation }) {
  if (own.demo_tokens === 0) return null
  if (own.demo_expired) return <p>{text.demoOver}</p>
  return (
    <p className="text-gold-ink">
      {text.demo(count(own.demo_tokens))}
      {own.demo_expires_at && ` · ${text.demoUntil(date(own.demo_expires_at))}`}
    </p>
  )
}
