import { useCallback, useRef } from 'react'

/** One function for as long as the component is shown, which does what the newest does: what is given it need not be drawn again. */
export function useStable<Given extends unknown[]>(
  does: (...given: Given) => void,
): (...given: Given) => void {
  const newest = useRef(does)
  newest.current = does
  return useCallback((...given: Given) => newest.current(...given), [])
}
