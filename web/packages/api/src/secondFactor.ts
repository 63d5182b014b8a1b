/** The second factor of somebody who is signed in, and the code that covers what the staff does. */

import { answered, api } from "./client"
import type { components } from "./schema.gen"

export type AuthenticatorSetup = components["schemas"]["AuthenticatorSetup"]

/** A secret for an authenticator. `code` is of the one it replaces, or a recovery code. Raises Problem `password-wrong`. */
export function setUp(password: string, code?: string): Promise<AuthenticatorSetup> {
  return answered(api.POST("/api/auth/2fa/setup", { body: { password, code: code || null } }))
}

/** Put it in force; the recovery codes, shown this once. Raises Problem `code-invalid`. */
export async function activate(code: string): Promise<string[]> {
  return (await answered(api.POST("/api/auth/2fa/activate", { body: { code } }))).recovery_codes
}

/** Ten fresh recovery codes in place of the old ones. */
export async function freshRecoveryCodes(code: string): Promise<string[]> {
  const answer = await answered(api.POST("/api/auth/2fa/recovery-codes", { body: { code } }))
  return answer.recovery_codes
}

/** Do without a second factor, which customers may. */
export async function switchOff(password: string, code: string): Promise<void> {
  await answered(api.POST("/api/auth/2fa/disable", { body: { password, code } }))
}

/** Cover the next five minutes of this sign-in. Raises Problem `code-invalid`. */
export async function stepUp(code: string): Promise<void> {
  await answered(api.POST("/api/auth/step-up", { body: { code } }))
}
