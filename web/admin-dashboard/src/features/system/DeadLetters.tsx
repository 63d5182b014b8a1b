import { Button } from "@zimmer/ui/Button"
import { count } from "@zimmer/ui/format"
import { type Column, Table } from "@zimmer/ui/Table"
import { useState } from "react"
import { lettersOf, paymentIn, QUEUE_NAMES, reasonOf } from "@/features/system/letters"
import { PutBack, type Wanted } from "@/features/system/PutBack"
import type { DeadLetter, Status } from "@/features/system/queries"
import { system as text } from "@/messages/system"
import { PlaceLink } from "@/shell/PlaceLink"

/** Messages that failed too often, with what the database says of them, and the way back. */
export function DeadLetters({ status }: { status: Status }) {
  const [wanted, setWanted] = useState<Wanted | null>(null)
  const letters = status.dead_letters
  const filled = QUEUE_NAMES.filter(
    (queue) => lettersOf(queue, status) || letters.some((letter) => letter.queue === queue),
  )
  return (
    <section id="dead-letters" aria-labelledby="dead" className="grid scroll-mt-20 gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="dead" className="font-bold">
          {text.dead}
        </h2>
        <div className="flex flex-wrap gap-2">
          {filled.map((queue) => (
            <Button key={queue} onClick={() => setWanted({ queue, ids: null })}>
              {text.putAllBack(text.queues[queue])}
            </Button>
          ))}
        </div>
      </div>
      <Shown status={status} />
      {letters.length > 0 && (
        <Table
          caption={text.dead}
          columns={columns((letter) => setWanted({ queue: letter.queue, ids: [letter.id] }))}
          rows={letters}
          rowKey={(letter) => letter.id}
        />
      )}
      {wanted && <PutBack wanted={wanted} onClose={() => setWanted(null)} />}
    </section>
  )
}

/** How much of it is in the table: nothing, a part, or nobody knows. */
function Shown({ status }: { status: Status }) {
  const numbers = QUEUE_NAMES.map((queue) => lettersOf(queue, status))
  const shown = status.dead_letters.length
  const all = numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0)
  const isUnknown = numbers.includes(null)
  if (!isUnknown && all <= shown && shown > 0) return null
  const words = isUnknown
    ? text.deadUnknown
    : all === 0
      ? text.deadEmpty
      : text.deadShown(count(shown), count(all))
  return <p className="text-ink-soft">{words}</p>
}

function columns(onPutBack: (letter: DeadLetter) => void): Column<DeadLetter>[] {
  return [
    {
      key: "letter",
      header: text.letter,
      primary: true,
      cell: (letter) => (
        <bdi dir="ltr" className="break-all font-mono text-xs">
          {letter.body_masked}
        </bdi>
      ),
    },
    { key: "queue", header: text.queue, cell: (letter) => text.queues[letter.queue] },
    { key: "reason", header: text.reason, cell: (letter) => <Reason letter={letter} /> },
    {
      key: "received",
      header: text.received,
      align: "end",
      cell: (letter) => count(letter.receive_count),
    },
    {
      key: "back",
      header: "",
      cell: (letter) => <Button onClick={() => onPutBack(letter)}>{text.putBack}</Button>,
    },
  ]
}

function Reason({ letter }: { letter: DeadLetter }) {
  const payment = paymentIn(letter)
  if (payment === null) return reasonOf(letter)
  return <PlaceLink href={`/payments/?id=${payment}`}>{reasonOf(letter)}</PlaceLink>
}
