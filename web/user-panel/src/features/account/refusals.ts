import { asProblem, type Problem } from "@zimmer/api/problem"
import { fa } from "@/messages/fa"

const text = fa.account

/** What stands against a new password, in words; null when the refusal is about something else. */
export function passwordRefusal(thrown: unknown): string | null {
  const problem = asProblem(thrown)
  if (problem.code !== "validation-failed") return null
  const rule = codesOf(problem).find((code) => code in text.passwordRules)
  return rule ? (text.passwordRules[rule] ?? null) : null
}

function codesOf(problem: Problem): string[] {
  const errors = problem.facts.errors
  return Array.isArray(errors) ? errors.map((error: { code: string }) => error.code) : []
}
