import { onCodeNeeded } from "@zimmer/api/client"
import dynamic from "next/dynamic"
import { useEffect, useState } from "react"
import type { Answer } from "@/shell/StepUpQuestion"

// Every page carries this file, and few ever ask.
const Question = dynamic(() => import("@/shell/StepUpQuestion").then((part) => part.StepUpQuestion))

/** Asks for a code where an act needs one. Whatever needs it meanwhile waits for the same answer. */
export function StepUp() {
  const [waiting, setWaiting] = useState<Answer[]>([])
  useEffect(
    () => onCodeNeeded(() => new Promise((done) => setWaiting((others) => [...others, done]))),
    [],
  )
  const answer = (isProven: boolean) => {
    for (const done of waiting) done(isProven)
    setWaiting([])
  }
  return waiting.length > 0 ? <Question onAnswer={answer} /> : null
}
