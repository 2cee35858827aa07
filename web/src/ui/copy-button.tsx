import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components/Button'

const SHOWN_MS = 2000

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [told, setTold] = useState<string | null>(null)
  useEffect(() => {
    if (!told) return
    const timer = setTimeout(() => setTold(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [told])
  return (
    <Button
      className="button small"
      onPress={() =>
        navigator.clipboard.writeText(text).then(
          () => setTold('Copied'),
          () => setTold('Could not copy'),
        )
      }
    >
      <span aria-live="polite">{told ?? label}</span>
    </Button>
  )
}
