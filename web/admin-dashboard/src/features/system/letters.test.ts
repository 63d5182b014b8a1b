import { describe, expect, it } from "vitest"
import { lettersOf, paymentIn, reasonOf } from "@/features/system/letters"
import type { DeadLetter } from "@/features/system/queries"

const LETTER: DeadLetter = {
  id: "a",
  queue: "credit",
  reason: "payment-is-verified",
  body_masked: '{"payment_id": 7, "v": 1}',
  receive_count: 5,
}

describe("a dead letter", () => {
  it.each([
    ["payment-is-verified", "The payment: Paid, not credited"],
    ["delivery-is-sent", "The mail: was sent"],
    ["payment-unknown", "There is no such payment"],
    ["unreadable", "Nobody can read this message"],
    ["something-new", "something-new"],
  ])("says %s in words", (reason, words) => expect(reasonOf({ reason })).toBe(words))

  it("leads to its payment, and a mail to none", () => {
    expect(paymentIn(LETTER)).toBe(7)
    expect(paymentIn({ ...LETTER, body_masked: '{"pa***":7}' })).toBeNull()
    expect(paymentIn({ ...LETTER, queue: "delivery" })).toBeNull()
  })

  it("is counted by its queue, and by nobody while that does not answer", () => {
    const line = { name: "credit-dead-letters", visible: 2, in_flight: 0, oldest_s: null }
    expect(lettersOf("credit", { queues: [line] })).toBe(2)
    expect(lettersOf("credit", { queues: [{ ...line, visible: 0 }] })).toBe(0)
    expect(lettersOf("credit", { queues: [{ ...line, visible: null }] })).toBeNull()
  })
})
