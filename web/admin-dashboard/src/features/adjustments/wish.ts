/** What is typed into the form of a correction, and what it asks for. */

import { wholeNumber } from "@zimmer/ui/format"
import * as z from "zod/mini"
import { adjustments as text } from "@/messages/adjustments"

const MOST = 10_000_000
const LARGEST_ID = 2_147_483_647

function between(least: number, most: number, message: string) {
  return z.string().check(
    z.refine((typed) => {
      const number = wholeNumber(typed)
      return number !== null && number >= least && number <= most
    }, message),
  )
}

export const wishForm = z.object({
  copy: between(1, LARGEST_ID, text.copyWrong),
  bucket: z.enum(["paid", "demo"]),
  direction: z.enum(["add", "take"]),
  tokens: between(1, MOST, text.tokensWrong),
  reason: z
    .string()
    .check(z.trim(), z.minLength(5, text.reasonWrong), z.maxLength(500, text.reasonWrong)),
  payment: z.union([z.literal(""), between(1, LARGEST_ID, text.paymentWrong)], text.paymentWrong),
})

export type WishForm = z.infer<typeof wishForm>

/** The request that a filled form makes. */
export function wishOf(form: WishForm) {
  const tokens = Number(wholeNumber(form.tokens))
  return {
    user_automation_id: Number(wholeNumber(form.copy)),
    bucket: form.bucket,
    delta: form.direction === "add" ? tokens : -tokens,
    reason: form.reason,
    related_payment: form.payment === "" ? null : Number(wholeNumber(form.payment)),
  }
}
