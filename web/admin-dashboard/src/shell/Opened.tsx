import { useAddress } from "@zimmer/panel/useAddress"
import type { ReactNode } from "react"
import { Waiting } from "@/shell/Waiting"

type Props = { list: ReactNode; one: (id: number) => ReactNode }

/** A list, or the one row that `?id=` names. An id that is none leads to the list. */
export function Opened({ list, one }: Props) {
  const id = useAddress("id")
  if (id === undefined) return <Waiting />
  return /^[1-9]\d{0,8}$/.test(id) ? one(Number(id)) : list
}
