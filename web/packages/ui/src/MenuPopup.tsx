import { Check } from "lucide-react"
import * as Dropdown from "radix-ui/dropdown-menu"
import type { ElementType, ReactNode } from "react"
import { cx } from "./cx"
import { useReadingDirection } from "./direction"
import type { MenuProps } from "./Menu"

/** The opened menu. It brings Radix's menu along, so `Menu` fetches this file when somebody reaches for it. */
export function MenuPopup({ trigger, children, align = "end", dir }: MenuProps) {
  const [ref, reading] = useReadingDirection<HTMLSpanElement>(dir)
  return (
    <Dropdown.Root dir={reading} modal={false} defaultOpen>
      <span ref={ref} className="inline-flex">
        <Dropdown.Trigger asChild>{trigger}</Dropdown.Trigger>
      </span>
      <Dropdown.Portal>
        <Dropdown.Content
          align={align}
          sideOffset={6}
          collisionPadding={12}
          className="z-50 min-w-52 max-w-[calc(100vw-1.5rem)] animate-rise rounded-md border border-line bg-card p-1 text-ink shadow-float"
        >
          {children}
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  )
}

const row =
  "flex min-h-11 w-full items-center gap-3 rounded-sm px-3 text-sm outline-none select-none " +
  "data-highlighted:bg-fill-hover data-disabled:opacity-50 cursor-pointer data-disabled:cursor-not-allowed"

type ItemProps = {
  icon?: ReactNode
  /** `event.preventDefault()` keeps the menu open. */
  onSelect?: (event: Event) => void
  children: ReactNode
  href?: string
  /** The framework's own link, when `href` is given. */
  as?: ElementType
  tone?: "plain" | "bad"
  disabled?: boolean
}

/** One thing to do, or one place to go. */
export function MenuItem({
  icon,
  onSelect,
  children,
  href,
  as: Link = "a",
  tone,
  disabled,
}: ItemProps) {
  const face = (
    <>
      {icon && (
        <span aria-hidden className="shrink-0 text-ink-soft [&_svg]:size-5">
          {icon}
        </span>
      )}
      <span className="min-w-0 flex-1 text-start">{children}</span>
    </>
  )
  return (
    <Dropdown.Item
      asChild={href !== undefined}
      disabled={disabled}
      onSelect={onSelect}
      className={cx(row, tone === "bad" && "text-bad-ink")}
    >
      {href === undefined ? face : <Link href={href}>{face}</Link>}
    </Dropdown.Item>
  )
}

/** A line between two kinds of things to do. */
export function MenuSeparator() {
  return <Dropdown.Separator className="mx-2 my-1 border-t border-line" />
}

type RadioGroupProps = {
  value: string
  onValueChange: (value: string) => void
  label?: ReactNode
  children: ReactNode
}

/** One choice among a few, inside a menu. */
export function MenuRadioGroup({ value, onValueChange, label, children }: RadioGroupProps) {
  return (
    <Dropdown.RadioGroup value={value} onValueChange={onValueChange}>
      {label && (
        <Dropdown.Label className="px-3 pt-2 pb-1 text-xs text-ink-soft">{label}</Dropdown.Label>
      )}
      {children}
    </Dropdown.RadioGroup>
  )
}

/** One of the choices, with a check when it is the one. */
export function MenuRadioItem({
  value,
  icon,
  children,
}: {
  value: string
  icon?: ReactNode
  children: ReactNode
}) {
  return (
    <Dropdown.RadioItem value={value} className={row}>
      {icon && (
        <span aria-hidden className="shrink-0 text-ink-soft [&_svg]:size-5">
          {icon}
        </span>
      )}
      <span className="min-w-0 flex-1 text-start">{children}</span>
      <Dropdown.ItemIndicator className="text-lapis-ink">
        <Check aria-hidden className="size-4" />
      </Dropdown.ItemIndicator>
    </Dropdown.RadioItem>
  )
}
