import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "@zimmer/api/client"
import type { components, paths } from "@zimmer/api/schema.gen"
import { pages } from "@/listing/pages"

export type UserLine = components["schemas"]["UserLine"]
export type UserDetail = components["schemas"]["UserDetail"]
export type UserChange = components["schemas"]["UserChange"]
export type Contact = components["schemas"]["Contact"]
export type Invitation = components["schemas"]["Invitation"]
export type Invited = components["schemas"]["Invited"]
export type Role = components["schemas"]["Role"]

/** The switches of an account that need no more than its number. */
export type Switch = "activate" | "deactivate" | "unlock" | "resend-verification"

type Query = NonNullable<paths["/api/admin/users"]["get"]["parameters"]["query"]>

export type UserFilters = Partial<Record<"q" | "role" | "active", string>>

/** People who match, newest first. */
export function users(filters: UserFilters) {
  return pages<UserLine>(["users", "list", filters], (cursor, signal) =>
    answered(
      api.GET("/api/admin/users", { params: { query: { ...asked(filters), cursor } }, signal }),
    ),
  )
}

/** The same list as a file. */
export function usersFile(filters: UserFilters): Promise<Blob> {
  return answered(
    api.GET("/api/admin/users", {
      params: { query: asked(filters) },
      headers: { accept: "text/csv" },
      parseAs: "blob",
    }),
  ) as Promise<Blob>
}

export function user(id: number) {
  return queryOptions({
    queryKey: ["users", "one", id],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/admin/users/{user_id}", { params: at(id), signal })),
  })
}

/** The whole address and number. Each look stands in the audit. */
export function reveal(id: number): Promise<Contact> {
  return answered(api.POST("/api/admin/users/{user_id}/reveal", { params: at(id) }))
}

export function edit(id: number, change: UserChange): Promise<UserDetail> {
  return answered(api.PATCH("/api/admin/users/{user_id}", { params: at(id), body: change }))
}

export function switchAccount(id: number, act: Switch): Promise<UserDetail> {
  return answered(api.POST(`/api/admin/users/{user_id}/${act}`, { params: at(id) }))
}

export function resetSecondFactor(id: number): Promise<UserDetail> {
  return answered(api.POST("/api/admin/users/{user_id}/2fa/reset", { params: at(id) }))
}

/** Mail somebody a link to join the staff. */
export function invite(invitation: Invitation): Promise<Invited> {
  return answered(api.POST("/api/admin/users/invite", { body: invitation }))
}

export function changeRole(id: number, role: Role): Promise<UserDetail> {
  return answered(api.POST("/api/admin/users/{user_id}/role", { params: at(id), body: { role } }))
}

function at(id: number) {
  return { path: { user_id: id } }
}

/** The address holds text; what it says wrongly, the API refuses with a sentence. */
function asked(filters: UserFilters): Query {
  return filters as Query
}
