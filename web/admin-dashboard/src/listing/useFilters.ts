import { useRouter } from "next/router"

export type Filters<Name extends string> = {
  /** What the address says; a filter that is not set is not there. */
  values: Partial<Record<Name, string>>
  set: (name: Name, value: string) => void
  clear: () => void
  /** The address of the list with one row of it open. */
  hrefOf: (id: number) => string
  /** Whether anything is set. */
  areSet: boolean
}

/** The filters of a list, kept in the address: a link shows what its sender saw, and back goes back. */
export function useFilters<Name extends string>(...names: Name[]): Filters<Name> {
  const router = useRouter()
  const values: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const value = router.query[name]
    if (typeof value === "string" && value !== "") values[name] = value
  }
  const go = (next: Partial<Record<Name, string>>) =>
    void router.replace({ pathname: router.pathname, query: next }, undefined, {
      shallow: true,
      scroll: false,
    })
  return {
    values,
    set: (name, value) => {
      const { [name]: _, ...others } = values
      go(value === "" ? (others as typeof values) : { ...values, [name]: value })
    },
    clear: () => go({}),
    hrefOf: (id) => {
      const query = new URLSearchParams({ ...values, id: String(id) } as Record<string, string>)
      return `${router.pathname === "/" ? "" : router.pathname}/?${query}`
    },
    areSet: Object.keys(values).length > 0,
  }
}
