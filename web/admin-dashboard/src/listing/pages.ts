import { infiniteQueryOptions, keepPreviousData, type QueryKey } from "@tanstack/react-query"

export type PageOf<Row> = { items: Row[]; next_cursor?: string | null }

type Read<Row> = (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<Row>>

/** A list that is read page after page. What was there stays on the screen while other filters are asked for. */
export function pages<Row>(key: QueryKey, read: Read<Row>) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: PageOf<Row>) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}
