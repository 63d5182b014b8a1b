import type { Right } from "@zimmer/api/session"
import {
  Bot,
  Coins,
  Gauge,
  History,
  LayoutDashboard,
  type LucideIcon,
  MessagesSquare,
  ReceiptText,
  Settings2,
  Users,
} from "lucide-react"
import { en } from "@/messages/en"

export type Section = {
  href: string
  label: string
  icon: LucideIcon
  /** Any one of these opens it. */
  rights: readonly Right[]
}

/** The rooms of the dashboard, in the order of a day's work. */
export const SECTIONS: readonly Section[] = [
  { href: "/", label: en.nav.home, icon: LayoutDashboard, rights: ["analytics.basic"] },
  { href: "/tickets/", label: en.nav.tickets, icon: MessagesSquare, rights: ["tickets.read"] },
  { href: "/payments/", label: en.nav.payments, icon: ReceiptText, rights: ["payments.read"] },
  { href: "/users/", label: en.nav.users, icon: Users, rights: ["users.read"] },
  { href: "/automations/", label: en.nav.automations, icon: Bot, rights: ["automations.read"] },
  {
    href: "/tokens/adjustments/",
    label: en.nav.adjustments,
    icon: Coins,
    rights: ["ledger.read"],
  },
  { href: "/system/", label: en.nav.system, icon: Gauge, rights: ["system.write"] },
  {
    href: "/audit/",
    label: en.nav.audit,
    icon: History,
    rights: ["audit.read", "audit.own_area"],
  },
  { href: "/settings/", label: en.nav.settings, icon: Settings2, rights: ["settings.read"] },
]

/** The section at this address. */
export function sectionAt(pathname: string): Section | undefined {
  const path = pathname === "/" ? "/" : `${pathname}/`
  return SECTIONS.find(({ href }) => href === path)
}
