/** What somebody wants with their second factor. */
export type Intent = "set-up" | "codes" | "off"
