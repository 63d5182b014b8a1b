/** The settings as they are typed, and the change that they come to. Amounts are typed in toman and kept in rials. */

import { count, toman, wholeNumber } from "@zimmer/ui/format"
import type { Change, Settings } from "@/features/settings/queries"
import { settings as text } from "@/messages/settings"

export type Field = keyof typeof text.fields
export type Kind = "number" | "toman" | "switch" | "text"

const KINDS: Record<Field, Kind> = {
  demo_tokens: "number",
  demo_days: "number",
  minimum_amount: "toman",
  maximum_amount: "toman",
  max_open_payments: "number",
  approval_threshold: "number",
  low_balance_default: "number",
  gateway_paused: "switch",
  gateway_message: "text",
  maintenance: "switch",
  maintenance_message: "text",
}

/** What the API takes, so that a mistake is told before it is sent. */
const LIMITS: Partial<Record<Field, readonly [least: number, most: number]>> = {
  demo_tokens: [0, 1_000],
  demo_days: [1, 3_650],
  minimum_amount: [1, 100_000_000_000],
  maximum_amount: [1, 100_000_000_000],
  max_open_payments: [1, 100],
  approval_threshold: [0, 10_000_000],
  low_balance_default: [0, 10_000_000],
}

export const GROUPS: Record<keyof typeof text.groups, readonly Field[]> = {
  gifts: ["demo_tokens", "demo_days"],
  purchases: ["minimum_amount", "maximum_amount", "max_open_payments"],
  staff: ["approval_threshold"],
  notices: ["low_balance_default"],
  gateway: ["gateway_paused", "gateway_message"],
  maintenance: ["maintenance", "maintenance_message"],
}

export type Typed = Record<Field, string | boolean>

/** One change as it is read before it is saved: «Trial tokens: 5 → 7», and what follows from it. */
export type Line = { field: Field; words: string; consequence: string }

const FIELDS = Object.keys(KINDS) as Field[]
const RIALS = 10

export function kindOf(field: Field): Kind {
  return KINDS[field]
}

/** The form's first contents. */
export function typedOf(settings: Settings): Typed {
  const typed = {} as Typed
  for (const field of FIELDS) {
    const value = settings[field]
    if (KINDS[field] === "switch") typed[field] = value === true
    else if (KINDS[field] === "toman") typed[field] = count(Math.trunc(Number(value) / RIALS))
    else if (KINDS[field] === "number") typed[field] = count(Number(value))
    else typed[field] = String(value ?? "")
  }
  return typed
}

/** What is wrong with a field, in a sentence; undefined when nothing is. */
export function mistakeIn(field: Field, typed: Typed): string | undefined {
  const limits = LIMITS[field]
  if (!limits) return String(typed[field]).trim().length > 500 ? text.textLong : undefined
  const number = wholeNumber(String(typed[field]))
  if (number === null || number < limits[0] || number > limits[1]) {
    return text.wholeNumber(count(limits[0]), count(limits[1]))
  }
  const smallest = wholeNumber(String(typed.minimum_amount)) ?? 0
  return field === "maximum_amount" && number < smallest ? text.crossed : undefined
}

/** Every field that is wrong. */
export function mistakesIn(typed: Typed): Partial<Record<Field, string>> {
  const found: Partial<Record<Field, string>> = {}
  for (const field of FIELDS) {
    const mistake = mistakeIn(field, typed)
    if (mistake) found[field] = mistake
  }
  return found
}

/** What differs from what stood there at first, as it is sent. */
export function changeOf(first: Settings, typed: Typed): Change {
  const before = typedOf(first)
  const change: Record<string, unknown> = {}
  for (const field of FIELDS) {
    const wanted = sentAs(field, typed[field])
    if (wanted !== sentAs(field, before[field])) change[field] = wanted
  }
  return change as Change
}

/** The same differences in words, beside what holds `now`. */
export function linesOf(first: Settings, typed: Typed, now: Settings = first): Line[] {
  const before = typedOf(now)
  return (Object.keys(changeOf(first, typed)) as Field[]).map((field) => ({
    field,
    words: text.change(
      text.fields[field].label,
      wordsOf(field, before[field]),
      wordsOf(field, typed[field]),
    ),
    consequence: consequenceOf(field, typed[field]),
  }))
}

function sentAs(field: Field, typed: string | boolean): unknown {
  if (typeof typed === "boolean") return typed
  if (KINDS[field] === "text") return typed.trim() || null
  const number = wholeNumber(typed)
  return number === null ? Number.NEGATIVE_INFINITY : number * ratioOf(field)
}

function wordsOf(field: Field, typed: string | boolean): string {
  if (typeof typed === "boolean") return typed ? text.on : text.off
  if (KINDS[field] === "text") return typed.trim() || text.emptyText
  const number = wholeNumber(typed) ?? 0
  return KINDS[field] === "toman" ? toman(number * RIALS) : count(number)
}

function consequenceOf(field: Field, typed: string | boolean): string {
  const told = text.consequences[field]
  if (typeof told === "string") return told
  return typed === true ? told.on : told.off
}

function ratioOf(field: Field): number {
  return KINDS[field] === "toman" ? RIALS : 1
}
