import Link from "next/link"
import type { ReactNode } from "react"

/** A link from one thing to another room of the dashboard. */
export function PlaceLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link
      href={href}
      className="inline-flex min-h-11 items-center text-lapis-ink underline underline-offset-4"
    >
      {children}
    </Link>
  )
}
