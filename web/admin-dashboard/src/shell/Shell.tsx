import type { Me } from "@zimmer/api/session"
import { useSession } from "@zimmer/api/useSession"
import { AccountMenu } from "@zimmer/panel/AccountMenu"
import { Badge } from "@zimmer/ui/Badge"
import { MenuItem, MenuSeparator } from "@zimmer/ui/Menu"
import { Shamseh } from "@zimmer/ui/Shamseh"
import { Menu as MenuIcon, UserRound, X } from "lucide-react"
import Link from "next/link"
import { useRouter } from "next/router"
import { type ReactNode, useState } from "react"
import { en } from "@/messages/en"
import { Nav } from "@/shell/Nav"

/** The frame of every page: the sections at the side, or behind a button on a phone, and the account. */
export function Shell({ children }: { children: ReactNode }) {
  const { user } = useSession()
  return (
    <>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-lapis px-4 py-3 text-on-lapis focus:not-sr-only focus:fixed focus:start-4 focus:top-4"
      >
        {en.skipToContent}
      </a>
      <TopBar user={user} />
      <div className="mx-auto flex max-w-[96rem]">
        {user && (
          <aside className="sticky top-16 hidden h-[calc(100dvh-4rem)] w-60 shrink-0 overflow-y-auto border-line border-e p-4 lg:block">
            <Nav user={user} />
          </aside>
        )}
        <main id="content" className="min-w-0 flex-1 px-4 pt-6 pb-16 sm:px-6 lg:px-8 lg:pt-8">
          {children}
        </main>
      </div>
    </>
  )
}

function TopBar({ user }: { user: Me | null }) {
  const router = useRouter()
  const [isOpen, setOpen] = useState(false)
  const Icon = isOpen ? X : MenuIcon
  return (
    <header className="sticky top-0 z-30 border-line border-b bg-card">
      <div className="mx-auto flex h-16 max-w-[96rem] items-center gap-2 px-4 sm:px-6">
        {user && (
          <button
            type="button"
            aria-label={isOpen ? en.nav.close : en.nav.open}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            className="-ms-2 grid size-11 place-items-center rounded-md text-ink-soft hover:bg-fill hover:text-ink lg:hidden"
          >
            <Icon aria-hidden size={22} />
          </button>
        )}
        <Link
          href="/"
          className="flex min-h-11 min-w-11 items-center gap-2 font-bold text-lapis-ink text-lg"
        >
          <Shamseh size={28} />
          {en.brand}
        </Link>
        <div className="ms-auto">
          <AccountMenu user={user} about={user && <RoleOf user={user} />}>
            <MenuItem icon={<UserRound size={18} />} onSelect={() => void router.push("/me/")}>
              {en.nav.ownPage}
            </MenuItem>
            <MenuSeparator />
          </AccountMenu>
        </div>
      </div>
      {user && isOpen && (
        <div className="max-h-[calc(100dvh-4rem)] overflow-y-auto border-line border-t p-3 lg:hidden">
          <Nav user={user} onGo={() => setOpen(false)} />
        </div>
      )}
    </header>
  )
}

function RoleOf({ user }: { user: Me }) {
  return (
    <Badge tone="lapis" className="mt-1">
      {en.roles[user.role]}
    </Badge>
  )
}
