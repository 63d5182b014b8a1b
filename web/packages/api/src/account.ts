/** Opening an account and signing in. */

import { answered, api } from "./client"
import type { components } from "./schema.gen"
import { begin, ownAudience } from "./session"

export type Login = Pick<components["schemas"]["Login"], "email" | "password">
export type Register = components["schemas"]["Register"]

/** Sign in to this panel. Raises Problem `wrong-credentials`. */
export async function login(form: Login): Promise<void> {
  begin(await answered(api.POST("/api/auth/login", { body: { ...form, audience: ownAudience() } })))
}

/** Open a customer's account, which signs in at once. Raises Problem `email-taken`. */
export async function register(form: Register): Promise<void> {
  begin(await answered(api.POST("/api/auth/register", { body: form })))
}
