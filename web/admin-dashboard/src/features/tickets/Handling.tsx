import { useMutation, useQueryClient } from "@tanstack/react-query"
import { type Me, may } from "@zimmer/api/session"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Select } from "@zimmer/ui/Select"
import { toast } from "@zimmer/ui/Toast"
import {
  assign,
  changeStatus,
  type TicketRecord,
  type TicketStatus,
  ticket,
} from "@/features/tickets/queries"
import { reasonAgainst } from "@/messages/problems"
import { tickets as text } from "@/messages/tickets"

/** Whose the ticket is, and where it stands. */
export function Handling({ ticket: found, user }: { ticket: TicketRecord; user: Me }) {
  const cache = useQueryClient()
  const keep = (answered: TicketRecord) => {
    cache.setQueryData(ticket(found.id).queryKey, answered)
    void cache.invalidateQueries({ queryKey: ["tickets", "list"] })
  }
  const assigning = useMutation({
    mutationFn: (userId: number | null) => assign(found.id, userId),
    onSuccess: keep,
  })
  const moving = useMutation({
    mutationFn: (status: TicketStatus) => changeStatus(found.id, status),
    onSuccess: (answered) => {
      keep(answered)
      toast.success(text.statusChanged(text.statuses[answered.status]))
    },
  })
  const against = found.allowed_actions.find(({ action }) => action === "status")?.reason
  const isMine = found.assigned_to?.id === user.id
  const mayAssign = may(user, "tickets.write")
  return (
    <div className="grid gap-4">
      <p className="text-sm">
        {found.assigned_to ? text.takenBy(found.assigned_to.name) : text.takenByNobody}
      </p>
      {mayAssign && (
        <Button
          busy={assigning.isPending}
          onClick={() => assigning.mutate(isMine ? null : user.id)}
          className="justify-self-start"
        >
          {isMine ? text.assignNobody : text.assignMe}
        </Button>
      )}
      {assigning.error && <ProblemNotice problem={assigning.error} />}
      <Field label={text.changeStatus} hint={against ? reasonAgainst(against) : undefined}>
        {(ids) => (
          <Select
            {...ids}
            value={moving.isPending ? moving.variables : found.status}
            disabled={Boolean(against) || moving.isPending}
            onChange={(event) => moving.mutate(event.target.value as TicketStatus)}
          >
            {Object.entries(text.statuses).map(([status, name]) => (
              <option key={status} value={status}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {moving.error && <ProblemNotice problem={moving.error} />}
    </div>
  )
}
