/** How often a purchase is asked about: eagerly at first, then patiently, then no more. */

const SECOND = 1000
const PATIENT_FOR = 10 * 60 * SECOND

/** Milliseconds until the next question, after so many answers and so long; false when it is time to stop. */
export function nextQuestion(asked: number, elapsed: number): number | false {
  if (elapsed >= PATIENT_FOR) return false
  if (asked <= 10) return SECOND
  if (asked <= 30) return 2 * SECOND
  return 10 * SECOND
}
