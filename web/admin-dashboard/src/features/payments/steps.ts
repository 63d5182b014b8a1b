/** The one line of time that a trace's five lists make together. Pure. */

import type { Lane, Trace } from "@/features/payments/queries"
import { payments as text } from "@/messages/payments"

/** A gap longer than this is drawn as a break. */
const BREAK_AFTER = 30 // s

export type Step = {
  key: string
  at: string
  lane: Lane
  title: string
  notes: string[]
  /** Seconds since the step before; null for the first. */
  since: number | null
  /** Whether so much time has passed that the line is drawn broken. */
  afterBreak: boolean
}

type Moment = Omit<Step, "since" | "afterBreak">

/** Every step in the order of time, with the time between them. */
export function stepsOf(trace: Trace): Step[] {
  const moments = [...ofEvents(trace), ...ofOutbox(trace), ...ofNotices(trace)]
  // A stable sort: what was written in one transaction keeps the order in which it was written.
  moments.sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
  return moments.map((moment, at) => {
    const before = moments[at - 1]
    const since = before ? (Date.parse(moment.at) - Date.parse(before.at)) / 1000 : null
    return { ...moment, since, afterBreak: since !== null && since > BREAK_AFTER }
  })
}

function ofEvents({ events }: Trace): Moment[] {
  return events.map((event) => ({
    key: `event-${event.seq}`,
    at: event.at,
    lane: event.lane,
    title: text.causes[event.cause] ?? event.cause.replaceAll("-", " "),
    notes: notesOf(event),
  }))
}

function notesOf(event: Trace["events"][number]): string[] {
  const notes: string[] = []
  if (event.to_status && event.to_status !== event.from_status) {
    notes.push(`→ ${text.statuses[event.to_status]}`)
  }
  if (event.gateway_code !== null) notes.push(text.gatewayCode(String(event.gateway_code)))
  if (event.http_status !== null) notes.push(text.http(String(event.http_status)))
  if (event.latency_ms !== null) notes.push(text.took(String(event.latency_ms)))
  if (event.actor === "payments-sweep") notes.push(text.by(text.sweep))
  return notes
}

function ofOutbox({ outbox }: Trace): Moment[] {
  return outbox.flatMap((message): Moment[] =>
    message.published_at
      ? [
          {
            key: `outbox-${message.id}`,
            at: message.published_at,
            lane: "queue",
            title: text.published,
            notes: message.attempts > 1 ? [text.attempt(String(message.attempts))] : [],
          },
        ]
      : [],
  )
}

function ofNotices({ notifications }: Trace): Moment[] {
  return notifications.flatMap((notice, at): Moment[] => {
    const moments: Moment[] = [
      {
        key: `notice-${at}`,
        at: notice.created_at,
        lane: "worker",
        title: text.told(nameOfNotice(notice.kind)),
        notes: [],
      },
    ]
    if (notice.mail?.sent_at) {
      moments.push({
        key: `mail-${at}`,
        at: notice.mail.sent_at,
        lane: "worker",
        title: text.mailed(nameOfNotice(notice.kind)),
        notes: [],
      })
    }
    if (notice.read_at) {
      moments.push({
        key: `read-${at}`,
        at: notice.read_at,
        lane: "customer",
        title: text.read(nameOfNotice(notice.kind)),
        notes: [],
      })
    }
    return moments
  })
}

/** `tokens-credited` → «tokens credited». */
export function nameOfNotice(kind: string): string {
  return kind.replaceAll("-", " ")
}
