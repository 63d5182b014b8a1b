/** Opening an account, signing in (a password, and for many a code after it), and looking after the account. */

import { answered, api } from "./client"
import type { components } from "./schema.gen"
import { begin, isNow, leave, ownAudience, type SignedIn } from "./session"

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

export type Verified = Schemas["Verified"]
export type ProfileChange = Schemas["ProfileChange"]

/** Send the link that confirms the own address once more. Raises Problem `email-verified`. */
export async function sendVerification(): Promise<void> {
  await answered(api.POST("/api/auth/email/verification"))
}

/** Confirm an address by its link; whoever is signed in here sees it at once. Raises Problem `link-invalid`. */
export async function verifyEmail(
  token: string,
  { isMember }: { isMember: boolean },
): Promise<Verified> {
  const verified = await answered(api.POST("/api/auth/email/verify", { body: { token } }))
  if (isMember) isNow(await answered(api.GET("/api/auth/me")))
  return verified
}

/** Ask for a link to a new password. The answer does not say whether anybody has the address. */
export async function forgotPassword(email: string): Promise<void> {
  await answered(api.POST("/api/auth/password/forgot", { body: { email } }))
}

/** Set a new password by its link. It signs nobody in. Raises Problem `link-invalid`, `validation-failed`. */
export async function resetPassword(form: { token: string; password: string }): Promise<void> {
  await answered(api.POST("/api/auth/password/reset", { body: form }))
}

/** Change what is given; returns the address that is still to be confirmed. Raises Problem `password-wrong`. */
export async function changeProfile(change: ProfileChange): Promise<string | null> {
  const changed = await answered(api.PATCH("/api/auth/me", { body: change }))
  isNow(changed.user)
  return changed.email_to_confirm
}

/** Delete the account for good. Raises Problem `tokens-would-be-lost` until `tokens_lost` is right. */
export async function deleteAccount(form: {
  password: string
  tokens_lost: number
}): Promise<void> {
  await answered(api.DELETE("/api/auth/me", { body: form }))
  leave()
}

function taken(answer: Answer): Owed | null {
  if ("otp_required" in answer) return { what: "code", challenge: answer.challenge_token }
  if ("enrolment_required" in answer)
    return { what: "enrolment", challenge: answer.challenge_token }
  begin(answer)
  return null
}
