import { useSession } from "@zimmer/api/useSession"
import { AccountMenu } from "@zimmer/panel/AccountMenu"
import { ButtonLink } from "@zimmer/ui/Button"
import { MenuItem, MenuSeparator } from "@zimmer/ui/Menu"
import { Shamseh } from "@zimmer/ui/Shamseh"
import { Settings } from "lucide-react"
import Link from "next/link"
import { useRouter } from "next/router"
import type { ReactNode } from "react"
import { fa } from "@/messages/fa"
import { BottomNav, TopNav } from "@/shell/Nav"

/** The frame of every page: the mark, the sections, the account; on phones the sections stand at the bottom. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-lapis px-4 py-3 text-on-lapis focus:not-sr-only focus:fixed focus:start-4 focus:top-4"
      >
        {fa.skipToContent}
      </a>
      <header className="border-line border-b bg-card">
        <div className="mx-auto flex h-16 max-w-6xl items-center gap-2 px-4 sm:gap-6 sm:px-6">
          <Wordmark />
          <TopNav />
          <div className="ms-auto">
            <Entrance />
          </div>
        </div>
      </header>
      <main id="content" className="mx-auto max-w-6xl px-4 pt-6 pb-28 sm:px-6 sm:pt-10 md:pb-16">
        {children}
      </main>
      <BottomNav />
    </>
  )
}

/** Pages of which nobody asks for the way in: they are it, or lead to it. */
const DOORS = new Set(["/login", "/signup", "/forgot-password", "/reset-password", "/verify-email"])

function Wordmark() {
  return (
    <Link
      href="/"
      className="flex min-h-11 min-w-11 items-center gap-2 font-bold text-lg text-lapis-ink"
    >
      <Shamseh size={28} />
      {fa.brand}
    </Link>
  )
}

function Entrance() {
  const session = useSession()
  const { pathname, asPath, push } = useRouter()
  if (session.state === "member") {
    return (
      <AccountMenu user={session.user}>
        <MenuItem icon={<Settings size={18} />} onSelect={() => void push("/settings/")}>
          {fa.nav.settings}
        </MenuItem>
        <MenuSeparator />
      </AccountMenu>
    )
  }
  if (session.state !== "visitor" || DOORS.has(pathname)) return <AccountMenu user={null} />
  const next = encodeURIComponent(asPath)
  return (
    <div className="flex items-center gap-2">
      <AccountMenu user={null} />
      <ButtonLink as={Link} href={`/login/?next=${next}`} variant="secondary">
        {fa.nav.signIn}
      </ButtonLink>
      <ButtonLink
        variant="primary"
        as={Link}
        href={`/signup/?next=${next}`}
        className="max-sm:hidden"
      >
        {fa.nav.signUp}
      </ButtonLink>
    </div>
  )
}
