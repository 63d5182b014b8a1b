import { asProblem, type Problem } from "@zimmer/api/problem"
import { useRouter } from "next/router"
import { useState } from "react"
import { ownPath } from "./ownPath"

/** Pass a door with what was typed, then go on to where the person was heading; `false` is another step to take. */
export function useEntrance<Form>(
  pass: (form: Form) => Promise<unknown>,
  onRefused: (problem: Problem) => void = () => {},
) {
  const router = useRouter()
  const [problem, setProblem] = useState<Problem | null>(null)
  const enter = async (form: Form) => {
    setProblem(null)
    try {
      if ((await pass(form)) === false) return
    } catch (error) {
      const refused = asProblem(error)
      onRefused(refused)
      setProblem(refused)
      return
    }
    await router.replace(ownPath(router.query.next))
  }
  return { enter, problem }
}
