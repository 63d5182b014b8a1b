/** An entry's before and after as lines a person can read. Pure. */

import type { Entry } from "@/features/audit/queries"
import { audit as text } from "@/messages/audit"

export type Change = { name: string; before: string | null; after: string | null }

const LONGEST = 120

/** One line for each thing that was set or became another, in the order of their names. */
export function changesOf({ before, after }: Pick<Entry, "before" | "after">): Change[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort()
  return names.map((name) => ({
    name,
    before: before && name in before ? shown(before[name]) : null,
    after: after && name in after ? shown(after[name]) : null,
  }))
}

function shown(value: unknown): string {
  if (value === null || value === "") return text.none
  const written = typeof value === "string" ? value : JSON.stringify(value)
  return written.length > LONGEST ? `${written.slice(0, LONGEST)}…` : written
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
