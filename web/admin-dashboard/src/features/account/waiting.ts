/** The challenge of somebody on the way from one page of the threshold to the next. A reload forgets it, on purpose. */

let challenge: string | null = null

export function carry(owed: string): void {
  challenge = owed
}

/** What was carried here, which is still good after a failed attempt. */
export function carried(): string | null {
  return challenge
}

export function drop(): void {
  challenge = null
}
