import { useEffect } from 'react'
import { words } from '../words'

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = words.app.title(title)
  }, [title])
}
