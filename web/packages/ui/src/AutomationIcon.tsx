import { Shamseh } from "./Shamseh"

/** An automation's picture; the star where it has none. */
export function AutomationIcon({ url, size = 48 }: { url: string | null; size?: number }) {
  if (!url) {
    return (
      <span
        className="grid shrink-0 place-items-center rounded-md bg-lapis-soft text-lapis-ink"
        style={{ inlineSize: size, blockSize: size }}
      >
        <Shamseh size={size / 2} />
      </span>
    )
  }
  return (
    <img
      src={url}
      alt=""
      width={size}
      height={size}
      loading="lazy"
      className="shrink-0 rounded-md"
    />
  )
}
