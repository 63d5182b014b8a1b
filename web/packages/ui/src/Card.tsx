import type { AnchorHTMLAttributes, ElementType, HTMLAttributes } from "react"
import { cx } from "./cx"

type Padding = "none" | "sm" | "md" | "lg"

const paddings: Record<Padding, string> = {
  none: "",
  sm: "p-3 sm:p-4",
  md: "p-4 sm:p-6",
  lg: "p-6 sm:p-8",
}

const sheet = "min-w-0 rounded-lg border border-line bg-card text-ink shadow-card"

type CardProps = HTMLAttributes<HTMLElement> & { as?: ElementType; padding?: Padding }

/** A sheet of lighter paper on the page. */
export function Card({ as: Tag = "div", padding = "md", className, ...rest }: CardProps) {
  return <Tag {...rest} className={cx(sheet, paddings[padding], className)} />
}

type CardLinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & {
  href: string
  as?: ElementType
  padding?: Padding
}

/** A card that is one link from edge to edge; `as` takes the framework's own link. */
export function CardLink({ as: Link = "a", padding = "md", className, ...rest }: CardLinkProps) {
  return (
    <Link
      {...rest}
      className={cx(
        sheet,
        paddings[padding],
        "block transition-colors duration-150 hover:border-lapis-line hover:bg-paper",
        className,
      )}
    />
  )
}
