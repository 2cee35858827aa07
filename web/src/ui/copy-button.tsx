import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components/Button'
import { words } from '../words'

const SHOWN_MS = 2000

export function CopyButton({ text, label = words.app.copy }: { text: string; label?: string }) {
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
          () => setTold(words.app.copied),
          () => setTold(words.app.notCopied),
        )
      }
    >
      <span aria-live="polite">{told ?? label}</span>
    </Button>
  )
}
