/** A stored number as people dial it: `+98912…` is `0912…`. */
export function dialled(number: string | null): string {
  return number?.replace(/^\+98/, "0") ?? ""
}
