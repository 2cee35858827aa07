import { useEffect, useState } from 'react'

/** Seconds left of a reservation, counting down to zero. */
export function useCountdown(seconds: number): { left: number; isOver: boolean; label: string } {
  const [left, setLeft] = useState(seconds)

  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])

  return { left, isOver: left <= 0, label: countdownLabel(left) }
}

/** 75 → "1:15". */
export function countdownLabel(seconds: number): string {
  if (seconds <= 0) return '0:00'
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
