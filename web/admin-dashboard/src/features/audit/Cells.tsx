import { Badge } from "@zimmer/ui/Badge"
import { placeOf } from "@/features/audit/changes"
import type { Entry } from "@/features/audit/queries"
import { audit as text } from "@/messages/audit"
import { en } from "@/messages/en"
import { PlaceLink } from "@/shell/PlaceLink"

type Props = { entry: Entry }

/** Who acted, with the role they had then. */
export function Actor({ entry: { actor } }: Props) {
  const role = en.roles[actor.role as keyof typeof en.roles] ?? actor.role
  return (
    <span>
      <bdi dir="auto">{actor.name ?? text.platform}</bdi>
      {actor.id !== null && <span className="block text-ink-soft text-xs">{role}</span>}
    </span>
  )
}

/** What was done, or was not. */
export function Act({ entry: { action, refused } }: Props) {
  return (
    <span className="grid justify-items-start gap-1">
      <bdi dir="ltr">{action}</bdi>
      {refused && <Badge tone="bad">{text.refused(refused)}</Badge>}
    </span>
  )
}

/** To what it was done. */
export function Thing({ entry }: Props) {
  const place = placeOf(entry)
  const name = text.entities[entry.entity] ?? entry.entity
  const words = entry.entity_id ? `${name} ${entry.entity_id}` : name
  return place ? <PlaceLink href={place}>{words}</PlaceLink> : words
}
