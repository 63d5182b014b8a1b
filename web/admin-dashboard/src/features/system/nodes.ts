/** The parts of the platform as the map draws them: each with its state, what it says, and who can mend it. Pure. */

import { count, hour } from "@zimmer/ui/format"
import type { Status } from "@/features/system/queries"
import { lasted } from "@/messages/durations"
import { system as text } from "@/messages/system"

export type State = keyof typeof text.states
export type NodeName = keyof typeof text.nodes

/** What mends a node: a place of this dashboard, or the sweep. Nothing is red without one. */
export type Mend = { label: string; href: string } | "sweep"

export type Node = { name: NodeName; state: State; says: string[]; mend?: Mend }

const BEHIND_AFTER = 120 // s; the sweep comes every minute
const SWEEP = "payments-sweep"

type Queue = Status["queues"][number]

export function nodesOf(status: Status): Record<NodeName, Node> {
  return {
    api: { name: "api", state: "good", says: [text.answers] },
    functions: {
      name: "functions",
      state: "good",
      says: [text.functionCount(count(status.functions.length))],
    },
    database: database(status),
    outbox: outbox(status),
    zarinpal: zarinpal(status),
    credit: queue("credit", status),
    delivery: queue("delivery", status),
    worker: letters("worker", "credit-dead-letters", status),
    deliver: letters("deliver", "delivery-dead-letters", status),
    sweep: sweep(status),
  }
}

function database({ database: answers, migration }: Status): Node {
  return {
    name: "database",
    state: answers ? "good" : "bad",
    says: [answers ? text.answers : text.away, text.migration(migration)],
  }
}

function outbox({ outbox_lag_s }: Status): Node {
  if (outbox_lag_s === null) return { name: "outbox", state: "good", says: [text.nothingWaits] }
  const isBehind = outbox_lag_s > BEHIND_AFTER
  return {
    name: "outbox",
    state: isBehind ? "bad" : "good",
    says: [text.oldestPromise(lasted(outbox_lag_s))],
    mend: isBehind ? "sweep" : undefined,
  }
}

function zarinpal({ gateway, oldest_unverified_s }: Status): Node {
  const known = oldest_unverified_s === null
  const says = [
    gateway.last_answer_at ? text.lastAnswer(hour(gateway.last_answer_at)) : text.noAnswer,
    known ? text.allKnown : text.unverified(lasted(oldest_unverified_s)),
  ]
  if (gateway.paused) {
    const mend = { label: text.pausedDo, href: "/settings/" }
    return { name: "zarinpal", state: "bad", says: [text.paused, ...says], mend }
  }
  return { name: "zarinpal", state: known ? "good" : "wait", says }
}

function queue(name: "credit" | "delivery", status: Status): Node {
  const line = lineOf(name, status)
  if (!line || line.visible === null) return { name, state: "unknown", says: [text.noLength] }
  const says = [line.visible === 0 ? text.nothingWaits : text.messages(count(line.visible))]
  if (line.in_flight) says.push(text.inFlight(count(line.in_flight)))
  return { name, state: "good", says }
}

function letters(name: "worker" | "deliver", among: string, status: Status): Node {
  const line = lineOf(among, status)
  if (!line || line.visible === null) return { name, state: "unknown", says: [text.noLength] }
  if (line.visible === 0) return { name, state: "good", says: [text.noLetters] }
  const mend = { label: text.seeLetters, href: "#dead-letters" }
  return { name, state: "bad", says: [text.letters(count(line.visible))], mend }
}

function sweep({ schedules }: Status): Node {
  const run = schedules.find(({ name }) => name === SWEEP)
  if (!run) return { name: "sweep", state: "wait", says: [text.neverRan], mend: "sweep" }
  const says = [text.ran(hour(run.last_run))]
  if (run.ok) return { name: "sweep", state: "good", says, mend: "sweep" }
  return { name: "sweep", state: "bad", says: [text.failed, ...says], mend: "sweep" }
}

function lineOf(name: string, { queues }: Status): Queue | undefined {
  return queues.find((line) => line.name === name)
}
