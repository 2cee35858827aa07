/** A sentence of the catalogue in which what stands between `**` is bold. */
export function Marked({ children }: { children: string }) {
  return (
    <span>
      {children.split('**').map((part, at) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never move.
        return at % 2 ? <b key={at}>{part}</b> : part
      })}
    </span>
  )
}
