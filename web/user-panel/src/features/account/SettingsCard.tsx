import { Card } from "@zimmer/ui/Card"
import { type ReactNode, useId } from "react"

type Props = { title: string; lead?: string; mark?: ReactNode; children: ReactNode }

/** One matter of the account: a heading, what it means, and the way to change it. */
export function SettingsCard({ title, lead, mark, children }: Props) {
  const id = useId()
  return (
    <Card as="section" aria-labelledby={id} className="grid gap-5">
      <div className="grid gap-1">
        <div className="flex flex-wrap items-center gap-2">
          <h2 id={id} className="font-semibold text-lg">
            {title}
          </h2>
          {mark}
        </div>
        {lead && <p className="text-ink-soft text-sm text-pretty">{lead}</p>}
      </div>
      {children}
    </Card>
  )
}
