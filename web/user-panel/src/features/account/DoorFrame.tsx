import { Shamseh } from "@zimmer/ui/Shamseh"
import type { ReactNode } from "react"

type Props = { title: string; lead?: string; children: ReactNode }

/** The frame of the pages around the doors: the mark, a heading, one narrow column. */
export function DoorFrame({ title, lead, children }: Props) {
  return (
    <div className="mx-auto grid max-w-md gap-6 sm:pt-4">
      <div className="text-center">
        <Shamseh size={48} variant="line" className="mx-auto mb-3 text-lapis" />
        <h1 className="font-bold text-xl">{title}</h1>
        {lead && <p className="mt-1 text-ink-soft text-pretty">{lead}</p>}
      </div>
      {children}
    </div>
  )
}
