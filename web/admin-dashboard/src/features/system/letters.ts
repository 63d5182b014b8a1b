/** What a dead letter is about, in words, and which ones there are. Pure. */

import type { DeadLetter, QueueName, Status } from "@/features/system/queries"
import { payments } from "@/messages/payments"
import { system as text } from "@/messages/system"

const QUEUES: Record<QueueName, true> = { credit: true, delivery: true }

export const QUEUE_NAMES = Object.keys(QUEUES) as QueueName[]

/** How many dead letters a queue has; null while it does not answer. */
export function lettersOf(queue: QueueName, { queues }: Pick<Status, "queues">): number | null {
  return queues.find(({ name }) => name === `${queue}-dead-letters`)?.visible ?? null
}

/** What the database says today of what a letter asks for: `payment-is-verified`. */
export function reasonOf({ reason }: Pick<DeadLetter, "reason">): string {
  const [, noun, standing] = /^(payment|delivery)-is-(\w+)$/.exec(reason) ?? []
  if (noun === "payment" && standing) return text.paymentIs(nameIn(payments.statuses, standing))
  if (noun === "delivery" && standing) return text.mailIs(nameIn(text.mailStates, standing))
  return nameIn(text.letterReasons, reason)
}

/** The payment that a letter of the credit queue asks for. */
export function paymentIn({ queue, body_masked }: DeadLetter): number | null {
  if (queue !== "credit") return null
  const [, id] = /"payment_id":\s*(\d{1,9})\b/.exec(body_masked) ?? []
  return id ? Number(id) : null
}

function nameIn(names: Record<string, string>, key: string): string {
  return names[key] ?? key
}
