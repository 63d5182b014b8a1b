/** What a member of the staff reads about everything that can go wrong. It does not compile while a code has none. */

import type { Code, Problem } from "@zimmer/api/problem"
import { count } from "@zimmer/ui/format"

type Facts = Problem["facts"]
type Sentence = string | ((facts: Facts) => string)

const SIGN_IN_AGAIN = "Your session has ended. Sign in again to go on from here; nothing is lost."
const OUR_FAULT = "This part does not answer now. Nothing was changed; try again in a moment."
const UNREADABLE = "The request could not be read. Reload the page and try again."
const NOT_NOW = "This cannot be done now."
const NOT_HERE = "What you are looking for is not here."

const SENTENCES: Record<Code, Sentence> = {
  "above-maximum": ({ max_tokens }) =>
    `At most ${amount(max_tokens)} tokens can be bought at once.`,
  "account-deleted": "The owner of this account has deleted it.",
  "adjustment-decided": "This request has been decided already.",
  "adjustment-expired": "This request has expired. Ask again if it is still needed.",
  "adjustment-not-found": "There is no such request.",
  "automation-not-added": "The customer has not added this automation.",
  "automation-not-found": "There is no such automation.",
  "automation-unavailable": "This automation is not sold now.",
  "bad-request": UNREADABLE,
  "balance-below-zero": "The balance is too small for this: it would fall below zero.",
  "below-minimum": ({ min_tokens }) =>
    `At least ${amount(min_tokens)} tokens have to be bought at once.`,
  "body-too-large": "What you sent is larger than allowed.",
  "code-invalid":
    "This code is not right or its time is over. Enter a fresh one; if it fails again, set the phone's clock to automatic.",
  conflict: "This does not fit to how things stand now. Reload the page.",
  "daily-cap-reached": "Today's spending cap is reached.",
  "database-unavailable": OUR_FAULT,
  "discount-refused": "This discount code cannot be used.",
  "email-taken": "There is an account with this e-mail already.",
  "email-verified": "This address is confirmed already.",
  forbidden: "You may not do this.",
  "gateway-refused": "The bank gateway refused. Nothing was changed.",
  "gateway-unavailable": "Zarinpal does not answer now. Nothing was changed; try again later.",
  "higher-role": "Only a manager acts on accounts of the staff.",
  "hold-ended": "The hold has ended.",
  "hold-exceeded": "More than is held.",
  "hold-not-found": "No such hold.",
  "idempotency-conflict": "This was asked for already, with other contents. Start again.",
  "in-progress": "The same request is being worked on. Wait a moment.",
  "insufficient-tokens": ({ needed, available }) =>
    `This needs ${amount(needed)} tokens, and the balance is ${amount(available)}.`,
  "internal-error": OUR_FAULT,
  "key-name-taken": "There is a key with this name.",
  "last-manager": "The last active manager has to stay.",
  "link-invalid": "This link has been used or is too old. Ask for a new one.",
  "malformed-json": UNREADABLE,
  "method-not-allowed": "This cannot be done at this address.",
  "not-allowed": "Your role may not do this.",
  "not-found": NOT_HERE,
  "not-refundable": "There is nothing to pay back: it is not credited, or all of it is used.",
  "not-reversible":
    "The gateway cannot give this back any more: half an hour has passed, or some of it is used.",
  "not-signed-in": SIGN_IN_AGAIN,
  "notification-not-found": "This notification is not here any more.",
  "openai-key-not-found": "There is no such key.",
  "origin-refused": "This page was opened from a foreign address. Open the dashboard itself.",
  "own-account": "You cannot do this to your own account.",
  "own-request":
    "Somebody else has to decide this: you asked for it, agreed already, or it is your own balance.",
  "package-not-found": "This package is not sold any more.",
  "package-only": "This automation is sold in packages only.",
  "package-taken": "There is a package of this size.",
  "password-wrong": "The password is not right.",
  "payment-not-found": "There is no such payment.",
  "payment-not-in-review": "This payment is not in review.",
  "payment-required": "Tokens have to be bought for this.",
  "queue-unavailable": OUR_FAULT,
  "quote-expired": "The time of this price is over.",
  "quote-invalid": "This price does not hold any more.",
  "quote-used": "A purchase was started with this price already.",
  "receipt-not-found": "There is no such receipt.",
  "receipt-not-ready": "This purchase has no receipt yet.",
  "reconciliation-run-not-found": "There is no such report.",
  "route-not-found": NOT_HERE,
  "service-token-invalid": "The automation's service token was not accepted.",
  "session-not-found": "There is no such session.",
  "session-revoked": "This session was closed to keep the account safe. Sign in again.",
  "step-up-required": "Confirm this with a code of your authenticator.",
  "ticket-changed":
    "Somebody has written since you opened this ticket. Read it, then send your answer again.",
  "ticket-closed": "This ticket is closed. Reopen it to write.",
  "ticket-not-assigned": "This ticket is not assigned to you.",
  "ticket-not-found": "There is no such ticket.",
  "token-expired": SIGN_IN_AGAIN,
  "token-invalid": SIGN_IN_AGAIN,
  "tokens-would-be-lost": "Tokens would be lost with the account.",
  "too-many-open-payments": "The customer has too many open payments.",
  "too-many-requests": ({ retry_after_s }) =>
    `Too many requests. Try again ${within(retry_after_s)}.`,
  "too-many-rows": "This is too much for one file. Narrow the filters.",
  "twofa-mandatory": "Staff need two-factor sign-in.",
  "twofa-off": "Two-factor sign-in is not set up.",
  "twofa-on": "Two-factor sign-in is on already.",
  unavailable: OUR_FAULT,
  unprocessable: "This cannot be done. Look again at what you wrote.",
  unreachable: "Zimmer cannot be reached. Look at your connection and try again.",
  "user-automation-inactive": "The customer's copy is switched off.",
  "user-automation-not-found": "There is no such copy of an automation.",
  "user-not-found": "There is no such account.",
  "validation-failed": "Some fields are not filled in rightly. Look at them again.",
  "wrong-credentials":
    "The e-mail or the password is not right, or the account is not a staff account.",
}

/** What a member of the staff reads about this problem. */
export function sentenceOf(problem: Problem): string {
  const sentence = SENTENCES[problem.code]
  return typeof sentence === "string" ? sentence : sentence(problem.facts)
}

/** What stands against something that may not be done, by its code. */
export function reasonAgainst(code: string): string {
  return plainReason(code) ?? NOT_NOW
}

/** The sentence of a code that needs no facts, if it has one. */
export function plainReason(code: string): string | null {
  const sentence = SENTENCES[code as Code]
  return typeof sentence === "string" ? sentence : null
}

function amount(fact: unknown): string {
  return count(Number(fact))
}

function within(seconds: unknown): string {
  if (typeof seconds !== "number") return "in a moment"
  return seconds < 90
    ? `in ${count(Math.max(1, seconds))} seconds`
    : `in ${count(Math.ceil(seconds / 60))} minutes`
}
