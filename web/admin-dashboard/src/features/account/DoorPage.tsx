import { Card } from "@zimmer/ui/Card"
import { Shamseh } from "@zimmer/ui/Shamseh"
import type { ReactNode } from "react"

type Props = { title: string; lead: string; children: ReactNode }

/** The frame of the staff's doors: one card under the mark. */
export function DoorPage({ title, lead, children }: Props) {
  return (
    <div className="mx-auto grid max-w-md gap-6 sm:pt-8">
      <div className="text-center">
        <Shamseh size={48} variant="line" className="mx-auto mb-3 text-lapis" />
        <h1 className="font-bold text-xl">{title}</h1>
        <p className="mt-1 text-pretty text-ink-soft">{lead}</p>
      </div>
      <Card padding="lg">{children}</Card>
    </div>
  )
}
