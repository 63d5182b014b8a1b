import * as Radix from "radix-ui/tabs"
import type { ReactNode } from "react"
import { useReadingDirection } from "./direction"

type Props = {
  value: string
  onValueChange: (value: string) => void
  /** What the row of tabs chooses between. */
  label: string
  tabs: { value: string; label: ReactNode }[]
  /** The `Tab`s. */
  children: ReactNode
  dir?: "rtl" | "ltr"
}

/** Several views in one place; the row scrolls sideways when it must. */
export function Tabs({ value, onValueChange, label, tabs, children, dir }: Props) {
  const [ref, reading] = useReadingDirection<HTMLDivElement>(dir)
  return (
    <Radix.Root
      ref={ref}
      dir={reading}
      value={value}
      onValueChange={onValueChange}
      className="min-w-0"
    >
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="min-h-11 shrink-0 border-b-2 border-transparent px-4 text-sm font-medium text-ink-soft transition-colors duration-150 hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:border-lapis data-[state=active]:text-lapis-ink"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  )
}

/** What one tab shows. */
export function Tab({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Radix.Content value={value} className="pt-4">
      {children}
    </Radix.Content>
  )
}
