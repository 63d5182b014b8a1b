/** The words of the panel for what both panels have: components carry no sentences of their own. */

import type { Problem } from "@zimmer/api/problem"
import { createContext, useContext } from "react"

export type Words = {
  /** What a person reads about a problem. */
  sentenceOf: (problem: Problem) => string
  retry: string
  unreachableTitle: string
  requestNumber: string
  requestNumberCopy: string
  copied: string
  account: string
  me: string
  signOut: string
  theme: string
  themes: Record<"system" | "light" | "dark", string>
  /** The second step of a sign-in. */
  code: Record<"authenticator" | "recovery", CodeWords> & {
    submit: string
    busy: string
    back: string
  }
}

type CodeWords = { label: string; hint: string; short: string; other: string }

const Spoken = createContext<Words | null>(null)

export const WordsProvider = Spoken.Provider

/** Raises when the panel's _app gave no words: a page without sentences is a mistake to see at once. */
export function useWords(): Words {
  const words = useContext(Spoken)
  if (!words) throw new Error("the panel has no words: give them in _app")
  return words
}
