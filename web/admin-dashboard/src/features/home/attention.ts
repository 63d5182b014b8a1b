/** What waits for somebody, and where it is seen to. Only what the person can see to is told. */

import type { Me } from "@zimmer/api/session"
import { may } from "@zimmer/api/session"
import { count } from "@zimmer/ui/format"
import type { Attention } from "@/features/home/queries"
import { home as text } from "@/messages/home"

export type Matter = { key: string; title: string; lead: string; href: string }

export function mattersOf(attention: Attention, user: Me): Matter[] {
  const matters = [...ofPayments(attention), ...ofTickets(attention)]
  return may(user, "system.write") ? [...matters, ...ofQueues(attention)] : matters
}

function ofPayments({ review, verify_unknown, verified_uncredited }: Attention): Matter[] {
  return [
    matter("review", review, text.review, text.reviewLead, "/payments/?status=review"),
    matter(
      "unknown",
      verify_unknown,
      text.unknown,
      text.unknownLead,
      "/payments/?status=verify_unknown",
    ),
    matter(
      "uncredited",
      verified_uncredited,
      text.uncredited,
      text.uncreditedLead,
      "/payments/?status=verified",
    ),
  ].flat()
}

function ofTickets({ tickets_waiting }: Attention): Matter[] {
  return matter("waiting", tickets_waiting, text.waiting, text.waitingLead, "/tickets/")
}

function ofQueues({ dead_letters }: Attention): Matter[] {
  const href = "/system/"
  if (dead_letters === null) {
    const [title, lead] = [text.deadLettersUnknown, text.deadLettersUnknownLead]
    return [{ key: "queue", title, lead, href }]
  }
  return matter("dead", dead_letters, text.deadLetters, text.deadLettersLead, href)
}

function matter(
  key: string,
  number: number,
  title: (number: string) => string,
  lead: string,
  href: string,
): Matter[] {
  return number === 0 ? [] : [{ key, title: title(count(number)), lead, href }]
}
