import { useAddress } from "@zimmer/panel/useAddress"

/** The automation's id in the address: undefined before the address is known, null when it is no id. */
export function useAutomationId(): number | null | undefined {
  const id = useAddress("id")
  if (id === undefined) return undefined
  return /^[1-9]\d{0,8}$/.test(id) ? Number(id) : null
}
