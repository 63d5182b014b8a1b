/** The parts of the platform as the map draws them: each with its state, what it says, and who can mend it. Pure. */

import { count, hour, moment } from "@zimmer/ui/format"
import { lettersOf } from "@/features/system/letters"
import type { QueueName, Status } from "@/features/system/queries"
import { SWEEP, secondsSince, standingOf } from "@/features/system/schedules"
import { lasted } from "@/messages/durations"
import { system as text } from "@/messages/system"

export type State = keyof typeof text.states
export type NodeName = keyof typeof text.nodes

/** What mends a node: a place of this dashboard, or the sweep. Nothing is red without one. */
export type Mend = { label: string; href: string } | "sweep"

export type Node = { name: NodeName; state: State; says: string[]; mend?: Mend }

const BEHIND_AFTER = 120 // s; the sweep comes every minute
const UNSURE_FOR = 3_600 // s; Zarinpal is asked again and again meanwhile
const RESTS_LONG_AFTER = 1_800 // s; until then it mends itself, and nobody has to do anything
const OWN = "admin" // the function that answers this page
const HTTP = ["auth", "automations", "payments", "support", OWN]

type Queue = Status["queues"][number]

/** Every box as it stands `now`. */
export function nodesOf(status: Status, now: Date): Record<NodeName, Node> {
  return {
    api: { name: "api", state: "good", says: [text.answers] },
    functions: functions(status),
    database: database(status),
    outbox: outbox(status),
    zarinpal: zarinpal(status, now),
    credit: queue("credit", status),
    delivery: queue("delivery", status),
    worker: worker("worker", "credit", status),
    deliver: worker("deliver", "delivery", status),
    creditDead: dead("creditDead", "credit", status),
    deliveryDead: dead("deliveryDead", "delivery", status),
    sweep: sweep(status, now),
  }
}

/** One of them has just answered; of the others this page only knows the names. */
function functions(status: Status): Node {
  const others = HTTP.filter((name) => name !== OWN && status.functions.includes(name))
  return {
    name: "functions",
    state: "unknown",
    says: [text.functionAnswers(OWN), text.functionsUnasked(others.join(", "))],
  }
}

function database({ database: answers, migration }: Status): Node {
  return {
    name: "database",
    state: answers ? "good" : "unknown",
    says: [answers ? text.answers : text.away, text.migration(migration)],
  }
}

function outbox({ outbox_lag_s }: Status): Node {
  if (outbox_lag_s === null) return { name: "outbox", state: "good", says: [text.nothingWaits] }
  const says = [text.oldestPromise(lasted(outbox_lag_s))]
  if (outbox_lag_s <= BEHIND_AFTER) return { name: "outbox", state: "good", says }
  return { name: "outbox", state: "bad", says, mend: "sweep" }
}

function zarinpal({ gateway, oldest_unverified_s: unsure }: Status, now: Date): Node {
  const says = [
    gateway.last_answer_at ? text.lastAnswer(moment(gateway.last_answer_at)) : text.noAnswer,
    unsure === null ? text.allKnown : text.unverified(lasted(unsure)),
  ]
  if (gateway.paused) {
    const why = gateway.message ? [gateway.message] : []
    const mend = { label: text.pausedDo, href: "/settings/" }
    return { name: "zarinpal", state: "bad", says: [text.paused, ...why, ...says], mend }
  }
  const failure = gateway.failure ? [text.failedLast(failureOf(gateway.failure))] : []
  if (gateway.resting_since && gateway.next_try_at) {
    const isDue = new Date(gateway.next_try_at) <= now
    return {
      name: "zarinpal",
      state: secondsSince(gateway.resting_since, now) > RESTS_LONG_AFTER ? "bad" : "wait",
      says: [
        text.rests(moment(gateway.resting_since)),
        ...failure,
        isDue ? text.tryIsDue : text.nextTry(hour(gateway.next_try_at)),
        ...says,
      ],
      mend: "sweep",
    }
  }
  says.unshift(...failure)
  if (unsure === null) return { name: "zarinpal", state: "good", says }
  const mend = { label: text.seeUnknown, href: "/payments/?status=verify_unknown" }
  return { name: "zarinpal", state: unsure > UNSURE_FOR ? "bad" : "wait", says, mend }
}

function failureOf(failure: string): string {
  return text.failures[failure] ?? text.failureCode(failure)
}

function queue(name: QueueName, status: Status): Node {
  const line = lineOf(name, status)
  if (!line || line.visible === null) return { name, state: "unknown", says: [text.noLength] }
  const says = [line.visible === 0 ? text.nothingWaits : text.messages(count(line.visible))]
  if (line.oldest_s !== null) says.push(text.oldest(lasted(line.oldest_s)))
  return { name, state: "good", says }
}

/** Whoever reads a queue. Messages that wait while none is in work are a sign, and no proof: SQS counts roughly. */
function worker(name: "worker" | "deliver", reads: QueueName, status: Status): Node {
  const line = lineOf(reads, status)
  if (!line || line.visible === null) return { name, state: "unknown", says: [text.noLength] }
  if (line.in_flight) return { name, state: "good", says: [text.inFlight(count(line.in_flight))] }
  if (line.visible === 0) return { name, state: "good", says: [text.nothingToDo] }
  return { name, state: "wait", says: [text.takesNone] }
}

function dead(name: "creditDead" | "deliveryDead", from: QueueName, status: Status): Node {
  const number = lettersOf(from, status)
  if (number === null) return { name, state: "unknown", says: [text.noLength] }
  if (number === 0) return { name, state: "good", says: [text.noLetters] }
  const oldest = lineOf(`${from}-dead-letters`, status)?.oldest_s ?? null
  const says = [text.letters(count(number))]
  if (oldest !== null) says.push(text.oldest(lasted(oldest)))
  return { name, state: "bad", says, mend: { label: text.seeLetters, href: "#dead-letters" } }
}

function sweep({ schedules }: Status, now: Date): Node {
  const run = schedules.find(({ name }) => name === SWEEP)
  if (!run) return { name: "sweep", state: "wait", says: [text.neverRan], mend: "sweep" }
  const says = [text.ranAgo(lasted(secondsSince(run.last_run, now)))]
  const standing = standingOf(run, now)
  if (standing === "well") return { name: "sweep", state: "good", says }
  const why = standing === "late" ? text.isLate : text.failed
  return { name: "sweep", state: "bad", says: [why, ...says], mend: "sweep" }
}

function lineOf(name: string, { queues }: Status): Queue | undefined {
  return queues.find((line) => line.name === name)
}
