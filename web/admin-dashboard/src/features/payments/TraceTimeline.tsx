import { cx } from "@zimmer/ui/cx"
import { moment } from "@zimmer/ui/format"
import { Fragment } from "react"
import type { Lane } from "@/features/payments/queries"
import type { Step } from "@/features/payments/steps"
import { lasted } from "@/messages/durations"
import { payments as text } from "@/messages/payments"

const LANES = Object.keys(text.lanes) as Lane[]

/** Where a lane begins, and room for its words. Whole class names, since the style sheet is made from the words it finds. */
const COLUMNS: Record<Lane, string> = {
  customer: "lg:col-start-2 lg:col-end-4",
  zarinpal: "lg:col-start-3 lg:col-end-5",
  api: "lg:col-start-4 lg:col-end-6",
  queue: "lg:col-start-5 lg:col-end-7",
  worker: "lg:col-start-6 lg:col-end-8",
  staff: "lg:col-start-7 lg:col-end-9",
}

const GRID = "lg:grid lg:grid-cols-[7rem_repeat(7,minmax(0,1fr))] lg:gap-x-2"

/** The story from top to bottom, each step in the lane of whoever did it; on a phone the lane is a word. */
export function TraceTimeline({ steps }: { steps: Step[] }) {
  return (
    <div className="relative">
      <div aria-hidden="true" className={cx(GRID, "hidden border-line border-b pb-2")}>
        {LANES.map((lane) => (
          <span key={lane} className={cx(COLUMNS[lane], "row-start-1 text-ink-soft text-xs")}>
            {text.lanes[lane]}
          </span>
        ))}
      </div>
      <ol>
        {steps.map((step) => (
          <Fragment key={step.key}>
            {step.afterBreak && <Break seconds={step.since ?? 0} />}
            <StepLine step={step} />
          </Fragment>
        ))}
      </ol>
    </div>
  )
}

function Break({ seconds }: { seconds: number }) {
  return (
    <li className="flex items-center gap-3 py-2 text-wait-ink text-xs">
      <span aria-hidden="true" className="h-px flex-1 border-wait-line border-t border-dashed" />
      {text.pause(lasted(seconds))}
      <span aria-hidden="true" className="h-px flex-1 border-wait-line border-t border-dashed" />
    </li>
  )
}

function StepLine({ step }: { step: Step }) {
  return (
    <li className={cx(GRID, "border-line py-2 not-last:border-b")}>
      <div className="flex items-baseline gap-2 text-ink-soft text-xs tabular-nums lg:block">
        <time dateTime={step.at} title={step.at}>
          {moment(step.at)}
        </time>
        {step.since !== null && !step.afterBreak && (
          <span className="lg:block">{sinceOf(step.since)}</span>
        )}
        <span className="ms-auto font-medium lg:hidden">{text.lanes[step.lane]}</span>
      </div>
      <div
        className={cx(
          COLUMNS[step.lane],
          "min-w-0 border-lapis border-s-2 ps-2 max-lg:mt-1 lg:row-start-1",
        )}
      >
        <span className="sr-only max-lg:hidden">{text.lanes[step.lane]}: </span>
        <span className="block text-sm wrap-break-word">{step.title}</span>
        {step.notes.length > 0 && (
          <span className="block text-ink-soft text-xs wrap-break-word">
            {step.notes.join(" · ")}
          </span>
        )}
      </div>
    </li>
  )
}

function sinceOf(seconds: number): string {
  return seconds < 1 ? text.atOnce : text.later(lasted(seconds))
}
