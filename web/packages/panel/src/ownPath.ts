/** Where a person goes after signing in: only to a page of this panel. */

const HOME = "/"

/** The path in `?next=`, or home when it leads anywhere else. */
export function ownPath(next: unknown): string {
  if (typeof next !== "string" || !next.startsWith("/")) return HOME
  const here = "http://here.invalid"
  try {
    const url = new URL(next, here)
    if (url.origin !== here || url.pathname.startsWith("//")) return HOME
    return url.pathname + url.search + url.hash
  } catch {
    return HOME
  }
}
