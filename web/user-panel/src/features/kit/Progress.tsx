import { Bar } from "@zimmer/ui/Bar"
import { CountdownRing } from "@zimmer/ui/CountdownRing"
import { countdown } from "@zimmer/ui/format"
import { StarProgress } from "@zimmer/ui/StarProgress"
import { Timeline } from "@zimmer/ui/Timeline"
import { CircleAlert, CircleCheck } from "lucide-react"
import type { Sample } from "@/features/kit/samples"

/** Bars, rings, the star of a payment, a timeline. */
export function Progress({ t }: { t: Sample }) {
  return (
    <>
      <Bar value={80} max={100} label={t.spent} />
      <Bar value={100} max={100} label={t.spent} tone="wait" />
      <Bar value={0} max={100} label={t.spent} />
      <div className="flex flex-wrap gap-3">
        {[900, 500, 90, 0].map((left) => (
          <CountdownRing key={left} remaining={left} total={900} label={t.left}>
            {countdown(left)}
          </CountdownRing>
        ))}
      </div>
      <div className="flex flex-wrap gap-3">
        <StarProgress steps={3} done={0} tone="wait" spinning size={104} />
        <StarProgress steps={3} done={1} tone="wait" spinning size={104}>
          {t.tokens}
        </StarProgress>
        <StarProgress steps={3} done={2} tone="good" spinning size={104} />
        <StarProgress steps={3} done={3} tone="good" size={104}>
          <CircleCheck aria-hidden className="size-8" />
        </StarProgress>
        <StarProgress steps={3} done={1} tone="bad" size={104}>
          <CircleAlert aria-hidden className="size-8" />
        </StarProgress>
      </div>
      <Timeline
        items={[
          { key: 1, title: t.bank, at: t.at, tone: "good" },
          { key: 2, title: t.verified, at: t.at, tone: "wait", current: true },
          { key: 3, title: t.credited },
        ]}
      />
    </>
  )
}
