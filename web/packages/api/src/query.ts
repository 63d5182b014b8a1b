/** How answers are kept and asked for again. */

import { QueryClient } from "@tanstack/react-query"
import { asProblem } from "./problem"

const FRESH_FOR = 15_000 // ms
const TRIES_AGAIN = 2

/** A cache for one browser tab. Nothing of it is ever written to disk. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_FOR,
        networkMode: "always", // offline is an error to show, not a spinner to wait at
        retry: (failures, error) => failures < TRIES_AGAIN && mayPass(error),
      },
      mutations: { networkMode: "always", retry: false },
    },
  })
}

function mayPass(error: unknown): boolean {
  return asProblem(error).isPassing && navigator.onLine
}
