import { useQuery } from '@tanstack/react-query'
import type { FileState } from '@testwright/react'
import { installableQuery } from '../api/queries'
import { words } from '../words'

const LACKING = ['missing_package', 'environment', 'source_does_not_load']

/** What could be installed for a file that lacks its project's packages; null where nothing could, or by nobody here. */
export function useInstallable(sessionId: string, file: FileState): string | null {
  const query = useQuery({ ...installableQuery(sessionId), enabled: lacksPackages(file) })
  const found = query.data?.find(({ filePath }) => filePath === file.path)
  return (lacksPackages(file) && found?.packages) || null
}

export function Install({ packages, onInstall }: { packages: string; onInstall: () => void }) {
  return (
    <button type="button" className="button" title={words.session.installHow} onClick={onInstall}>
      {words.session.install(packages)}
    </button>
  )
}

function lacksPackages({ stage, error, test }: FileState): boolean {
  if (stage === 'failed') return LACKING.includes(error?.code ?? '')
  return stage === 'done' && (test?.evidence.environment ?? []).some(({ kind }) => kind === 'package')
}
