/** Opening an account and signing in: a password, and for many a code after it. */

import { answered, api } from "./client"
import type { components } from "./schema.gen"
import { begin, ownAudience, type SignedIn } from "./session"

type Schemas = components["schemas"]
type Answer = SignedIn | Schemas["CodeOwed"] | Schemas["EnrolmentOwed"]

export type Login = Pick<Schemas["Login"], "email" | "password">
export type Register = Schemas["Register"]
export type Invited = Pick<Schemas["AcceptInvitation"], "name" | "password">
export type AuthenticatorSetup = Schemas["AuthenticatorSetup"]

/** What is still owed when the password was right, with the challenge for it. It is kept nowhere but in the page. */
export type Owed = { what: "code" | "enrolment"; challenge: string }

/** Sign in to this panel; null when that was all. Raises Problem `wrong-credentials`. */
export async function login(form: Login): Promise<Owed | null> {
  const body = { ...form, audience: ownAudience() }
  return taken(await answered(api.POST("/api/auth/login", { body })))
}

/** Finish a sign-in with a code of the authenticator or a recovery code. Raises Problem `code-invalid`, `link-invalid`. */
export async function verifyCode(challenge: string, code: string): Promise<void> {
  const body = { challenge_token: challenge, code }
  begin(await answered(api.POST("/api/auth/2fa/verify", { body })))
}

/** A secret for the authenticator of somebody who has to have one. Raises Problem `link-invalid`. */
export async function beginEnrolment(challenge: string): Promise<AuthenticatorSetup> {
  const body = { challenge_token: challenge }
  return (await answered(api.POST("/api/auth/2fa/enrol", { body }))) as AuthenticatorSetup
}

/** Sign in with the authenticator that was just set up, and learn the recovery codes. */
export async function finishEnrolment(challenge: string, code: string): Promise<string[]> {
  const body = { challenge_token: challenge, code }
  const answer = await answered(api.POST("/api/auth/2fa/enrol", { body }))
  const enrolled = answer as Schemas["Enrolled"]
  begin(enrolled)
  return enrolled.recovery_codes
}

/** Join the staff by the link of an invitation. Raises Problem `link-invalid`, `email-taken`. */
export async function acceptInvitation(token: string, form: Invited): Promise<Owed | null> {
  const body = { ...form, token }
  return taken(await answered(api.POST("/api/auth/invitations/accept", { body })))
}

/** Set another password; every other sign-in ends. Raises Problem `password-wrong`. */
export async function changePassword(current: string, next: string): Promise<void> {
  begin(await answered(api.POST("/api/auth/password", { body: { current, new: next } })))
}

/** Open a customer's account, which signs in at once. Raises Problem `email-taken`. */
export async function register(form: Register): Promise<void> {
  begin(await answered(api.POST("/api/auth/register", { body: form })))
}

function taken(answer: Answer): Owed | null {
  if ("otp_required" in answer) return { what: "code", challenge: answer.challenge_token }
  if ("enrolment_required" in answer)
    return { what: "enrolment", challenge: answer.challenge_token }
  begin(answer)
  return null
}
