/** What a phase of a purchase is called, and how it looks. The compiler asks for every one. */

import type { Phase } from "@zimmer/api/payments"
import { fa } from "@/messages/fa"

type Tone = "neutral" | "good" | "wait" | "bad"

const TONES: Record<Phase, Tone> = {
  starting: "wait",
  at_bank: "wait",
  checking: "wait",
  under_review: "wait",
  crediting: "wait",
  done: "good",
  refunding: "neutral",
  refunded: "neutral",
  refused: "bad",
  canceled: "neutral",
  not_paid: "bad",
}

export function toneOf(phase: Phase): Tone {
  return TONES[phase]
}

export function nameOf(phase: Phase): string {
  return fa.payments.phases[phase]
}

/** The phases in which a purchase may still change by itself. */
export type OpenPhase = keyof typeof fa.payments.openTitle

export function isOpenPhase(phase: Phase): phase is OpenPhase {
  return phase in fa.payments.openTitle
}
