import { useSyncExternalStore } from "react"

export type ThemeChoice = "system" | "light" | "dark"

const KEY = "zimmer.theme"
const DARK = "(prefers-color-scheme: dark)"
const listeners = new Set<() => void>()
let unkept: ThemeChoice = "system" // where the browser keeps nothing for us

/** The person's choice of theme and the way to change it; all users of the hook and all tabs agree. */
export function useTheme(): [choice: ThemeChoice, set: (choice: ThemeChoice) => void] {
  const choice = useSyncExternalStore<ThemeChoice>(subscribe, read, () => "system")
  return [choice, choose]
}

function choose(choice: ThemeChoice) {
  unkept = choice
  try {
    if (choice === "system") localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, choice)
  } catch {}
  settle()
}

function read(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === "light" || kept === "dark" ? kept : "system"
  } catch {
    return unkept
  }
}

function settle() {
  const choice = read()
  const dark = choice === "dark" || (choice === "system" && matchMedia(DARK).matches)
  document.documentElement.classList.toggle("dark", dark)
  for (const tell of listeners) tell()
}

function subscribe(tell: () => void) {
  if (listeners.size === 0) {
    matchMedia(DARK).addEventListener("change", settle)
    addEventListener("storage", settle)
  }
  listeners.add(tell)
  return () => {
    listeners.delete(tell)
    if (listeners.size > 0) return
    matchMedia(DARK).removeEventListener("change", settle)
    removeEventListener("storage", settle)
  }
}
