import { useSession } from "@zimmer/api/useSession"
import { cx } from "@zimmer/ui/cx"
import { LayoutDashboard, type LucideIcon, ReceiptText, Store } from "lucide-react"
import Link from "next/link"
import { useRouter } from "next/router"
import { fa } from "@/messages/fa"

type Section = { href: string; label: string; icon: LucideIcon; isHere: (path: string) => boolean }

const SECTIONS: readonly Section[] = [
  { href: "/", label: fa.nav.home, icon: LayoutDashboard, isHere: (path) => path === "/" },
  {
    href: "/automations/marketplace",
    label: fa.nav.market,
    icon: Store,
    isHere: (path) => path.startsWith("/automations"),
  },
  {
    href: "/payments",
    label: fa.nav.payments,
    icon: ReceiptText,
    isHere: (path) => path.startsWith("/payment"),
  },
]

/** The sections in the header of wide screens. */
export function TopNav() {
  const { pathname } = useRouter()
  return (
    <nav aria-label={fa.nav.label} className="hidden items-center gap-1 md:flex">
      {SECTIONS.map(({ href, label, isHere }) => (
        <Link
          key={href}
          href={href}
          aria-current={isHere(pathname) ? "page" : undefined}
          className={cx(
            "flex min-h-11 items-center rounded-md px-4 text-sm transition-colors",
            isHere(pathname)
              ? "bg-lapis-soft font-semibold text-lapis-ink"
              : "text-ink-soft hover:bg-fill hover:text-ink",
          )}
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}

/** The sections at the bottom of a phone, where the thumb is. Visitors have one place to go and need no bar. */
export function BottomNav() {
  const { pathname } = useRouter()
  const session = useSession()
  if (session.state !== "member") return null
  return (
    <nav
      aria-label={fa.nav.label}
      className="fixed inset-x-0 bottom-0 z-40 flex border-line border-t bg-card pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {SECTIONS.map(({ href, label, icon: Icon, isHere }) => (
        <Link
          key={href}
          href={href}
          aria-current={isHere(pathname) ? "page" : undefined}
          className={cx(
            "flex min-h-16 flex-1 flex-col items-center justify-center gap-0.5 text-xs",
            isHere(pathname) ? "font-semibold text-lapis-ink" : "text-ink-soft",
          )}
        >
          <Icon aria-hidden size={22} strokeWidth={isHere(pathname) ? 2.25 : 1.75} />
          {label}
        </Link>
      ))}
    </nav>
  )
}
