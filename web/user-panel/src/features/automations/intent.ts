/** What a visitor was about to do when a sign-in stood in the way. It stays in this tab and is done once. */

const KEY = "zimmer.add"

/** Remember that this automation is to be added after the sign-in. */
export function rememberAdding(automationId: number): void {
  sessionStorage.setItem(KEY, String(automationId))
}

/** Whether this automation was to be added; asking takes the wish away. */
export function takeAdding(automationId: number): boolean {
  if (sessionStorage.getItem(KEY) !== String(automationId)) return false
  sessionStorage.removeItem(KEY)
  return true
}
