/** Where the API is. /config.js says it at run time, so one build serves every stage. */

declare global {
  interface Window {
    zimmer?: { api?: string }
  }
}

const LOCAL = "http://localhost:8000"

/** The API's origin, without a slash at the end. */
export function apiOrigin(): string {
  const told = typeof window === "undefined" ? undefined : window.zimmer?.api
  return (told ?? LOCAL).replace(/\/$/, "")
}
