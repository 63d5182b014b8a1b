/** What a customer is told at each phase of a purchase. */

import type { Phase } from "@zimmer/api/payments"
import { fa } from "@/messages/fa"

const text = fa.returned

export type Outcome = {
  title: string
  lead: string
  tone: "wait" | "good" | "bad"
  /** How many of the three steps are behind: back from the bank, confirmed, tokens added. */
  steps: number
  /** Whether buying again is sensible. */
  mayTryAgain: boolean
}

const OPEN = { tone: "wait", mayTryAgain: false } as const
const OVER = { tone: "bad", mayTryAgain: true, steps: 1 } as const
const BACK = { tone: "wait", mayTryAgain: false, steps: 3 } as const

/** Up to this day the bank gives back what it took and did not pass on. */
const RETURNS_WITHIN = 72 * 3_600_000 // ms

export function outcomeOf(phase: Phase, createdAt: string, day: (at: Date) => string): Outcome {
  const latest = day(new Date(Date.parse(createdAt) + RETURNS_WITHIN))
  const notPaid = text.notPaidLead(latest)
  const outcomes: Record<Phase, Outcome> = {
    starting: {
      ...OPEN,
      mayTryAgain: true,
      steps: 0,
      title: text.starting,
      lead: text.startingLead,
    },
    at_bank: { ...OPEN, steps: 0, title: text.atBank, lead: text.atBankLead },
    checking: { ...OPEN, steps: 1, title: text.checking, lead: text.checkingLead },
    under_review: { ...OPEN, steps: 1, title: text.review, lead: text.reviewLead },
    crediting: { ...OPEN, tone: "good", steps: 2, title: text.crediting, lead: text.creditingLead },
    done: {
      tone: "good",
      mayTryAgain: false,
      steps: 3,
      title: text.done,
      lead: "",
    },
    refunding: { ...BACK, title: text.refunding, lead: text.refundingLead },
    refunded: { ...BACK, title: text.refunded, lead: text.refundedLead },
    refused: { ...OVER, steps: 0, title: text.refused, lead: text.refusedLead },
    canceled: { ...OVER, title: text.canceled, lead: notPaid },
    not_paid: { ...OVER, title: text.notPaid, lead: notPaid },
  }
  return outcomes[phase]
}

const OPEN_PHASES: readonly Phase[] = [
  "starting",
  "at_bank",
  "checking",
  "under_review",
  "crediting",
]

/** Whether a purchase may still change by itself. */
export function isOpen(phase: Phase): boolean {
  return OPEN_PHASES.includes(phase)
}
