import type {
  AnchorHTMLAttributes,
  ButtonHTMLAttributes,
  ElementType,
  MouseEvent,
  ReactNode,
} from "react"
import { cx } from "./cx"
import { Shamseh } from "./Shamseh"

type Looks = {
  variant?: "primary" | "secondary" | "quiet" | "danger"
  size?: "md" | "lg"
  icon?: ReactNode
  /** As wide as its container. */
  block?: boolean
}

type ButtonProps = Looks &
  ButtonHTMLAttributes<HTMLButtonElement> & {
    busy?: boolean
    /** What a screen reader hears while the button is busy. */
    busyLabel?: string
  }

const base =
  "relative inline-flex items-center justify-center rounded-md border font-medium leading-normal " +
  "text-center transition-colors duration-150 select-none disabled:cursor-not-allowed disabled:opacity-50"

const sizes = {
  md: "min-h-11 min-w-11 py-2 text-sm",
  lg: "min-h-13 min-w-13 py-2.5 text-base",
}

/** A button with an icon and no word is square. */
const breadths = { md: "px-4", lg: "px-6", bare: "" }

const variants = {
  primary:
    "border-transparent bg-lapis text-on-lapis enabled:hover:bg-lapis-hover [a&]:hover:bg-lapis-hover",
  secondary:
    "border-edge bg-card text-ink enabled:hover:bg-fill [a&]:hover:bg-fill enabled:active:bg-fill-hover",
  quiet: "border-transparent text-lapis-ink enabled:hover:bg-lapis-soft [a&]:hover:bg-lapis-soft",
  danger: "border-bad-line bg-card text-bad-ink enabled:hover:bg-bad-soft [a&]:hover:bg-bad-soft",
}

function looks(
  { variant = "secondary", size = "md", block }: Looks,
  { children, className }: { children?: ReactNode; className?: string },
) {
  const breadth = breadths[children ? size : "bare"]
  return cx(base, sizes[size], breadth, variants[variant], block && "w-full", className)
}

/** A button that keeps its width and its focus while busy, and then answers no second click. */
export function Button({
  variant,
  size,
  icon,
  block,
  busy = false,
  busyLabel,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (busy) event.preventDefault()
    else onClick?.(event)
  }
  return (
    <button
      {...rest}
      type={type}
      onClick={click}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest["aria-disabled"]}
      className={looks(
        { variant, size, block },
        { children, className: cx(busy && "cursor-progress!", className) },
      )}
    >
      <Face icon={icon} hidden={busy}>
        {children}
      </Face>
      {busy && <Turning label={busyLabel} />}
    </button>
  )
}

type ButtonLinkProps = Looks &
  AnchorHTMLAttributes<HTMLAnchorElement> & { href: string; as?: ElementType }

/** A link with the looks of a button; `as` takes the framework's own link. */
export function ButtonLink({
  as: Link = "a",
  variant,
  size,
  icon,
  block,
  className,
  children,
  ...rest
}: ButtonLinkProps) {
  return (
    <Link {...rest} className={looks({ variant, size, block }, { children, className })}>
      <Face icon={icon}>{children}</Face>
    </Link>
  )
}

function Face({
  icon,
  hidden,
  children,
}: {
  icon?: ReactNode
  hidden?: boolean
  children?: ReactNode
}) {
  return (
    <span className={cx("inline-flex min-w-0 items-center gap-2", hidden && "opacity-0")}>
      {icon && (
        <span aria-hidden className="shrink-0 [&_svg]:size-5">
          {icon}
        </span>
      )}
      {children}
    </span>
  )
}

function Turning({ label }: { label?: string }) {
  return (
    <span role="status" className="absolute inset-0 grid place-items-center">
      <Shamseh size={20} className="animate-turn" />
      <span className="sr-only">{label}</span>
    </span>
  )
}
