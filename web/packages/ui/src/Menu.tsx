import * as Slot from "radix-ui/slot"
import {
  type ComponentType,
  type KeyboardEvent,
  lazy,
  type ReactNode,
  Suspense,
  startTransition,
  useState,
} from "react"

export type MenuProps = {
  /** One button; it opens the menu. */
  trigger: ReactNode
  children: ReactNode
  align?: "start" | "center" | "end"
  dir?: "rtl" | "ltr"
}

const fetchPopup = () => import("./MenuPopup")
type Parts = Awaited<ReturnType<typeof fetchPopup>>

/** A short list of things to do, opened by its trigger and walked by arrow keys; fetched at the first touch. */
export function Menu(props: MenuProps) {
  const [isFetched, setFetched] = useState(false)
  const reach = () => void fetchPopup().catch(() => {}) // without a network the next press tries again
  const open = () =>
    void fetchPopup().then(
      () => startTransition(() => setFetched(true)),
      () => {},
    )
  const key = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown") return
    event.preventDefault()
    open()
  }
  const closed = (
    <span className="inline-flex">
      <Slot.Root
        aria-haspopup="menu"
        aria-expanded={false}
        onPointerEnter={reach}
        onFocus={reach}
        onClick={open}
        onKeyDown={key}
      >
        {props.trigger}
      </Slot.Root>
    </span>
  )
  return <Suspense fallback={closed}>{isFetched ? <MenuPopup {...props} /> : closed}</Suspense>
}

const MenuPopup = part((parts) => parts.MenuPopup)

/** One thing to do, or one place to go. */
export const MenuItem = part((parts) => parts.MenuItem)

/** A line between two kinds of things to do. */
export const MenuSeparator = part((parts) => parts.MenuSeparator)

/** One choice among a few, inside a menu. */
export const MenuRadioGroup = part((parts) => parts.MenuRadioGroup)

/** One of the choices, with a check when it is the one. */
export const MenuRadioItem = part((parts) => parts.MenuRadioItem)

function part<Props>(pick: (parts: Parts) => ComponentType<Props>) {
  return lazy(async () => ({ default: pick(await fetchPopup()) }))
}
