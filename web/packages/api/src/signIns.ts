/** Where a person is signed in. */

import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "./client"
import type { components } from "./schema.gen"

export type SignInLine = components["schemas"]["SessionLine"]

/** The sign-ins that somebody could use in this person's name, last used first. */
export const ownSignIns = queryOptions({
  queryKey: ["sessions"],
  queryFn: ({ signal }) => answered(api.GET("/api/auth/sessions", { signal })),
})

/** Sign out on one device. */
export async function endSignIn(id: string): Promise<void> {
  await answered(
    api.DELETE("/api/auth/sessions/{session_id}", { params: { path: { session_id: id } } }),
  )
}

/** Sign out everywhere, here too. */
export async function endAllSignIns(): Promise<void> {
  await answered(api.POST("/api/auth/logout-all"))
}
