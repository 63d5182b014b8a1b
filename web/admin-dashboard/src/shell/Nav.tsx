import { type Me, may } from "@zimmer/api/session"
import { cx } from "@zimmer/ui/cx"
import Link from "next/link"
import { useRouter } from "next/router"
import { en } from "@/messages/en"
import { SECTIONS, sectionAt } from "@/shell/sections"

/** The sections this person may open. */
export function Nav({ user, onGo }: { user: Me; onGo?: () => void }) {
  const { pathname } = useRouter()
  const here = sectionAt(pathname)
  return (
    <nav aria-label={en.nav.label} className="grid gap-1">
      {SECTIONS.filter(({ rights }) => may(user, ...rights)).map(({ href, label, icon: Icon }) => (
        <Link
          key={href}
          href={href}
          onClick={onGo}
          aria-current={here?.href === href ? "page" : undefined}
          className={cx(
            "flex min-h-11 items-center gap-3 rounded-md px-3 text-sm transition-colors",
            here?.href === href
              ? "bg-lapis-soft font-semibold text-lapis-ink"
              : "text-ink-soft hover:bg-fill hover:text-ink",
          )}
        >
          <Icon aria-hidden size={18} />
          {label}
        </Link>
      ))}
    </nav>
  )
}
