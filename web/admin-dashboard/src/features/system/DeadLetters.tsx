import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { ConfirmDialog } from "@zimmer/ui/ConfirmDialog"
import { count } from "@zimmer/ui/format"
import { type Column, Table } from "@zimmer/ui/Table"
import { toast } from "@zimmer/ui/Toast"
import { useState } from "react"
import { type DeadLetter, type QueueName, redrive } from "@/features/system/queries"
import { en } from "@/messages/en"
import { system as text } from "@/messages/system"

type Wanted = { queue: QueueName; ids: string[] | null }

/** Messages that failed too often, with what the database says of them, and the way back. */
export function DeadLetters({ letters }: { letters: DeadLetter[] }) {
  const [wanted, setWanted] = useState<Wanted | null>(null)
  const cache = useQueryClient()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: ({ queue, ids }: Wanted) => redrive(queue, ids),
    onSuccess: ({ moved }) => {
      setWanted(null)
      toast.success(text.moved(count(moved)))
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["system"] }),
  })
  const ask = (next: Wanted) => {
    reset()
    setWanted(next)
  }
  const queues = [...new Set(letters.map((letter) => letter.queue))]
  return (
    <section id="dead-letters" aria-labelledby="dead" className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="dead" className="font-bold">
          {text.dead}
        </h2>
        <div className="flex flex-wrap gap-2">
          {queues.map((queue) => (
            <Button key={queue} onClick={() => ask({ queue, ids: null })}>
              {text.putAllBack(text.queues[queue])}
            </Button>
          ))}
        </div>
      </div>
      {letters.length === 0 ? (
        <p className="text-ink-soft">{text.deadEmpty}</p>
      ) : (
        <Table
          caption={text.dead}
          columns={columns((letter) => ask({ queue: letter.queue, ids: [letter.id] }))}
          rows={letters}
          rowKey={(letter) => letter.id}
        />
      )}
      <ConfirmDialog
        open={wanted !== null}
        onOpenChange={(open) => !open && setWanted(null)}
        title={text.putBackTitle}
        confirmLabel={text.putBack}
        cancelLabel={en.common.cancel}
        tone="primary"
        busy={isPending}
        onConfirm={() => wanted && mutate(wanted)}
      >
        <p>{text.putBackLead}</p>
        {error && <ProblemNotice problem={error} />}
      </ConfirmDialog>
    </section>
  )
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
    { key: "reason", header: text.reason, cell: (letter) => letter.reason },
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
