import { useSyncExternalStore } from "react"
import { currentSession, type Session, sessionOnServer, subscribe } from "./session"

/** Who is signed in, and again whenever that changes. */
export function useSession(): Session {
  return useSyncExternalStore(subscribe, currentSession, sessionOnServer)
}
