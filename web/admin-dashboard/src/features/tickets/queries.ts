import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "@zimmer/api/client"
import type { components, paths } from "@zimmer/api/schema.gen"
import { pages } from "@/listing/pages"

export type TicketRow = components["schemas"]["TicketRow"]
export type TicketRecord = components["schemas"]["TicketRecord"]
export type TicketStatus = components["schemas"]["TicketStatus"]
export type Priority = components["schemas"]["Priority"]
export type Message = TicketRecord["messages"][number]

type Query = NonNullable<paths["/api/admin/tickets"]["get"]["parameters"]["query"]>

export type TicketFilters = Partial<
  Record<"q" | "status" | "assigned" | "priority" | "sort" | "user_id", string>
>

const LOOKS_AGAIN = 15_000 // ms

/** The inbox. */
export function tickets(filters: TicketFilters) {
  return pages<TicketRow>(["tickets", "list", filters], (cursor, signal) =>
    answered(
      api.GET("/api/admin/tickets", {
        params: { query: { ...(filters as Query), cursor } },
        signal,
      }),
    ),
  )
}

/** One ticket with its conversation, looked at again while it is open. */
export function ticket(id: number) {
  return queryOptions({
    queryKey: ["tickets", "one", id],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/admin/tickets/{ticket_id}", { params: at(id), signal })),
    refetchInterval: LOOKS_AGAIN,
  })
}

export function markRead(id: number) {
  return answered(api.POST("/api/admin/tickets/{ticket_id}/read", { params: at(id) }))
}

/** Refused as `ticket-changed` when somebody has written after `lastSeen`. */
export function reply(id: number, body: string, lastSeen: number | null) {
  return answered(
    api.POST("/api/admin/tickets/{ticket_id}/reply", {
      params: at(id),
      body: { body, last_seen_message_id: lastSeen },
    }),
  )
}

export function addNote(id: number, body: string) {
  return answered(
    api.POST("/api/admin/tickets/{ticket_id}/note", { params: at(id), body: { body } }),
  )
}

/** Give the ticket to somebody of the staff, or to nobody. */
export function assign(id: number, userId: number | null) {
  return answered(
    api.POST("/api/admin/tickets/{ticket_id}/assign", {
      params: at(id),
      body: { user_id: userId },
    }),
  )
}

export function changeStatus(id: number, status: TicketStatus) {
  return answered(
    api.POST("/api/admin/tickets/{ticket_id}/status", { params: at(id), body: { status } }),
  )
}

function at(id: number) {
  return { path: { ticket_id: id } }
}
