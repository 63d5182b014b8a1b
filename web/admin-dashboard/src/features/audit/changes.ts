/** An entry's before and after as lines a person can read. Pure. */

import type { Entry } from "@/features/audit/queries"
import { audit as text } from "@/messages/audit"
import { plainReason } from "@/messages/problems"

export type Change = { name: string; before: string | null; after: string | null }

const LONGEST = 120

/** One line for each thing that was set or became another, in the order of their names; what stayed is left out. */
export function changesOf({ before, after }: Pick<Entry, "before" | "after">): Change[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort()
  const lines = names.map((name) => ({
    name,
    before: before && name in before ? written(before[name]) : null,
    after: after && name in after ? written(after[name]) : null,
  }))
  return lines
    .filter((line) => line.before !== line.after)
    .map((line) => ({ ...line, before: cut(line.before), after: cut(line.after) }))
}

function written(value: unknown): string {
  if (value === null || value === "") return text.none
  return typeof value === "string" ? value : JSON.stringify(value)
}

function cut(words: string | null): string | null {
  return words !== null && words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words
}

/** What stood against an act. A code without a sentence of its own stays a code: a wrong reason is worse than none. */
export function reasonOf(code: string): string {
  return plainReason(code) ?? code
}

/** The act in words; what was refused was only tried. An act without words keeps its own name. */
export function actOf({ action, refused }: Pick<Entry, "action" | "refused">): string {
  const act = text.acts[action] ?? action
  return refused === null ? act : text.tried(act)
}

const ROOMS: Record<string, string> = {
  user: "/users/",
  payment: "/payments/",
  ticket: "/tickets/",
  automation: "/automations/",
  adjustment: "/tokens/adjustments/",
}

/** Where the thing can be looked at, if it has a room. */
export function placeOf({ entity, entity_id }: Pick<Entry, "entity" | "entity_id">): string | null {
  const room = ROOMS[entity]
  if (!room || !entity_id || !/^\d+$/.test(entity_id)) return null
  return `${room}?id=${entity_id}`
}
