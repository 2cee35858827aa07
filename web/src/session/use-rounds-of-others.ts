import type { useBackgroundTestGeneration } from '@testwright/react'
import { useEffect } from 'react'
import type { SessionDetail } from '../api/types'

type Generation = ReturnType<typeof useBackgroundTestGeneration>

/** A round that another tab, or a terminal, has begun after the last one that was followed here is followed as well. */
export function useRoundsOfOthers(generation: Generation, detail: SessionDetail | undefined): void {
  const { furtherRound, files, isGenerating, round } = generation
  useEffect(() => {
    if (isGenerating || !round || !detail || detail.round <= round) return
    const changed = detail.files.filter(({ path, stage }) => files[path]?.stage !== stage)
    const concerned = changed.length ? changed : detail.files
    void furtherRound(
      concerned.map(({ path }) => path),
      async () => {},
    )
  }, [furtherRound, files, isGenerating, round, detail])
}
