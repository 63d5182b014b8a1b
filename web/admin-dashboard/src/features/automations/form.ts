/** An automation as it is typed, and what is sent of it. The price is typed in toman and kept in rials. */

import { wholeNumber } from "@zimmer/ui/format"
import * as z from "zod/mini"
import type {
  AutomationChange,
  AutomationRecord,
  NewAutomation,
} from "@/features/automations/queries"
import { automations as text } from "@/messages/automations"

const RIALS = 10
const MOST_TOMAN = 100_000_000_000

const words = (most: number) => z.string().check(z.trim(), z.maxLength(most, text.tooLong))
const address = z
  .string()
  .check(z.trim(), z.regex(/^(|https:\/\/\S+\.\S+)$/, text.addressWrong), z.maxLength(500))

export const automationForm = z.object({
  name: z.string().check(z.trim(), z.minLength(1, text.nameMissing), z.maxLength(255)),
  price: z.string().check(
    z.refine((typed) => {
      const price = wholeNumber(typed)
      return price !== null && price >= 1 && price <= MOST_TOMAN
    }, text.priceWrong),
  ),
  pricing_type: z.enum(["token_per_session", "token_per_message", "flat_fee"]),
  tagline: words(255),
  category: words(50),
  developer: words(255),
  description: words(20_000),
  icon_url: address,
  support_url: address,
  provision_url: address,
  health_check_url: address,
})

export type AutomationForm = z.infer<typeof automationForm>
export type Name = keyof AutomationForm

const EMPTY: AutomationForm = {
  name: "",
  price: "",
  pricing_type: "token_per_session",
  tagline: "",
  category: "",
  developer: "",
  description: "",
  icon_url: "",
  support_url: "",
  provision_url: "",
  health_check_url: "",
}

/** What is null when it is empty; the rest is an empty text. */
const NULLABLE: readonly Name[] = [
  "description",
  "icon_url",
  "support_url",
  "provision_url",
  "health_check_url",
]

/** The form's first contents. */
export function formOf(automation?: AutomationRecord): AutomationForm {
  if (!automation) return EMPTY
  const { name, pricing_type, tagline, category, developer } = automation
  const nullable = Object.fromEntries(
    NULLABLE.map((field) => [field, automation[field as keyof AutomationRecord] ?? ""]),
  )
  const price = String(Math.trunc(automation.price_per_token / RIALS))
  return { ...EMPTY, ...nullable, name, price, pricing_type, tagline, category, developer }
}

/** Of a filled form the fields that are named, as they are sent. */
export function sentOf(form: AutomationForm, names: readonly Name[]): AutomationChange {
  const sent: Record<string, unknown> = {}
  for (const name of names) {
    if (name === "price") sent.price_per_token = Number(wholeNumber(form.price)) * RIALS
    else sent[name] = form[name] === "" && NULLABLE.includes(name) ? null : form[name]
  }
  return sent as AutomationChange
}

/** A whole new automation. */
export function newOf(form: AutomationForm): NewAutomation {
  return sentOf(form, Object.keys(EMPTY) as Name[]) as NewAutomation
}
