import { Badge } from "@zimmer/ui/Badge"
import { actOf, placeOf, reasonOf } from "@/features/audit/changes"
import type { Entry } from "@/features/audit/queries"
import { audit as text } from "@/messages/audit"
import { en } from "@/messages/en"
import { PlaceLink } from "@/shell/PlaceLink"

type Props = { entry: Entry }

/** Who acted, with the role they had then. The name leads to everything they did. */
export function Actor({ entry: { actor } }: Props) {
  if (actor.id === null) return text.platform
  const role = en.roles[actor.role as keyof typeof en.roles] ?? actor.role
  const name = actor.name ?? String(actor.id)
  return (
    <span className="inline-block">
      <PlaceLink href={`/audit/?actor=${actor.id}`}>
        <bdi dir="auto" title={text.onlyBy(name)}>
          {name}
        </bdi>
      </PlaceLink>
      <span className="-mt-2 block text-ink-soft text-xs">{role}</span>
    </span>
  )
}

/** What was done; or what was tried, and what stood against it. */
export function Act({ entry }: Props) {
  if (entry.refused === null) return actOf(entry)
  return (
    <span className="grid justify-items-start gap-1">
      {actOf(entry)}
      <Badge tone="wait">{text.refused}</Badge>
      <span className="font-normal text-ink-soft text-sm">{reasonOf(entry.refused)}</span>
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
