import { changesOf } from "@/features/audit/changes"
import type { Entry } from "@/features/audit/queries"
import { audit as text } from "@/messages/audit"

/** What became another by it: «demo_tokens 5 → 7». */
export function Changes({ entry }: { entry: Entry }) {
  const changes = changesOf(entry)
  if (changes.length === 0 && !entry.reason) return text.nothing
  return (
    <div className="grid max-w-md gap-1 text-start">
      <ul className="grid gap-0.5">
        {changes.map(({ name, before, after }) => (
          <li key={name} className="wrap-anywhere">
            <span className="text-ink-soft">{name}</span>{" "}
            {before !== null && <bdi dir="auto">{before}</bdi>}
            {before !== null && after !== null && " → "}
            {after !== null && (
              <bdi dir="auto" className="font-medium">
                {after}
              </bdi>
            )}
          </li>
        ))}
      </ul>
      {entry.reason && (
        <p dir="auto" className="text-ink-soft">
          {text.reason(entry.reason)}
        </p>
      )}
    </div>
  )
}
