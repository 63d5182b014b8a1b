/** The purchase that was begun in this browser and whose outcome is not known here.
 *
 * Its key is what makes a second click, a reload and a lost answer open the same purchase and not another one.
 * It dies at a definite outcome, or when the bank's page would no longer take the money.
 */

const KEY = "zimmer.purchase"
const LASTS = 30 * 60_000 // ms; a bank's page is dead by then

export type Unfinished = {
  automation_id: number
  tokens: number
  amount: number // rials, as they stood on the button
  quote: string
  idempotency_key: string
  at: number
  transaction_id?: string
}

/** What the customer sees and clicks. */
export type Order = Pick<Unfinished, "automation_id" | "tokens" | "amount">

/** The same order, if it was begun and may go on. */
export function unfinished(order: Order): Unfinished | null {
  const begun = read()
  const isSame =
    begun?.automation_id === order.automation_id &&
    begun.tokens === order.tokens &&
    begun.amount === order.amount
  return isSame ? begun : null
}

/** Keep an order before it is sent, with a fresh key. */
export function begin(order: Order, quote: string): Unfinished {
  const begun = {
    ...order,
    quote,
    idempotency_key: crypto.randomUUID(),
    at: Date.now(),
  }
  write(begun)
  return begun
}

/** Remember under which number the purchase was opened. */
export function opened(begun: Unfinished, transactionId: string): void {
  write({ ...begun, transaction_id: transactionId })
}

/** The outcome is known: the next click is a new purchase. With a number, only if it is that purchase. */
export function finish(transactionId?: string): void {
  if (transactionId === undefined || read()?.transaction_id === transactionId) {
    localStorage.removeItem(KEY)
  }
}

function read(): Unfinished | null {
  try {
    const begun = JSON.parse(localStorage.getItem(KEY) ?? "null") as Unfinished | null
    return begun && Date.now() - begun.at < LASTS ? begun : null
  } catch {
    return null
  }
}

function write(begun: Unfinished): void {
  localStorage.setItem(KEY, JSON.stringify(begun))
}
