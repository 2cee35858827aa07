import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ApiError, call, listed } from './client'
import type {
  Check,
  EngineHealth,
  Framework,
  GitHubRepository,
  Installable,
  ListedTest,
  Model,
  Mutant,
  Repository,
  RepositoryList,
  SessionDetail,
  SessionFigures,
  SessionListed,
  Spending,
  Step,
  Suspect,
  TestDetail,
  Tree,
} from './types'

const LIVE_MS = 3_000

const pathAddress = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

export const repositoriesQuery = queryOptions({
  queryKey: ['repositories'],
  queryFn: () => call<RepositoryList>('GET', '/repositories'),
})

export const githubQuery = infiniteQueryOptions({
  queryKey: ['github'],
  queryFn: ({ pageParam: page }) =>
    call<{ repositories: GitHubRepository[]; nextPage: number | null }>(
      'GET',
      `/github/repositories?page=${page}`,
    ),
  initialPageParam: 1,
  getNextPageParam: page => page.nextPage,
  retry: false,
  staleTime: 60_000,
})

const repositoryAddress = (repositoryId: string): string =>
  `/repositories/${encodeURIComponent(repositoryId)}`

export const repositoryQuery = (repositoryId: string) =>
  queryOptions({
    queryKey: ['repository', repositoryId],
    queryFn: () => call<Repository>('GET', repositoryAddress(repositoryId)),
  })

export const historyQuery = (repositoryId: string) =>
  queryOptions({
    queryKey: ['history', repositoryId],
    queryFn: () => call<{ sessions: SessionFigures[] }>('GET', `${repositoryAddress(repositoryId)}/history`),
  })

export const treeQuery = (repositoryId: string) =>
  queryOptions({
    queryKey: ['tree', repositoryId],
    queryFn: () => call<Tree>('GET', `${repositoryAddress(repositoryId)}/tree`),
  })

/** The text of a repository's file, or null when there is none. */
export const fileQuery = (repositoryId: string, path: string) =>
  queryOptions({
    queryKey: ['file', repositoryId, path],
    queryFn: async () => {
      const address = `${repositoryAddress(repositoryId)}/files/${pathAddress(path)}`
      try {
        return (await call<{ content: string }>('GET', address)).content
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null
        throw error
      }
    },
  })

/** Files of a session whose packages a retry could install from a lock file. It changes with every round. */
export const installableQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ['installable', sessionId],
    queryFn: () => listed<Installable>(`/sessions/${encodeURIComponent(sessionId)}/installable`, 'files'),
    staleTime: 0,
  })

export const frameworksQuery = queryOptions({
  queryKey: ['frameworks'],
  queryFn: () => listed<Framework>('/frameworks', 'frameworks'),
  staleTime: 60_000,
})

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: () => listed<Model>('/models', 'models'),
  staleTime: 60_000,
})

export const sessionsQuery = infiniteQueryOptions({
  queryKey: ['sessions'],
  queryFn: ({ pageParam: cursor }) =>
    call<{ sessions: SessionListed[]; nextCursor: string | null }>(
      'GET',
      cursor ? `/sessions?cursor=${encodeURIComponent(cursor)}` : '/sessions',
    ),
  initialPageParam: '',
  getNextPageParam: page => page.nextCursor,
  refetchInterval: query =>
    query.state.data?.pages.some(page =>
      page.sessions.some(({ status }) => status === 'pending' || status === 'processing'),
    )
      ? LIVE_MS
      : false,
})

export const sessionAddress = (sessionId: string): string => `/sessions/${encodeURIComponent(sessionId)}`

export const sessionQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ['session', sessionId],
    queryFn: () => call<SessionDetail>('GET', sessionAddress(sessionId)),
  })

export const timelineQuery = (sessionId: string, isLive: boolean) =>
  queryOptions({
    queryKey: ['timeline', sessionId, isLive],
    queryFn: () => call<{ steps: Step[] }>('GET', `${sessionAddress(sessionId)}/timeline`),
    placeholderData: keepPreviousData,
    refetchInterval: isLive ? LIVE_MS : false,
  })

/** A source as the session took it: what was measured is about this text, whatever the folder has by now. */
export const sourceQuery = (sessionId: string, path: string, testId: string) =>
  queryOptions({
    queryKey: ['source', sessionId, path, testId],
    queryFn: async () =>
      (await call<{ content: string }>('GET', `${sessionAddress(sessionId)}/files/${pathAddress(path)}`))
        .content,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const testAddress = (sessionId: string, testId: string): string =>
  `${sessionAddress(sessionId)}/tests/${encodeURIComponent(testId)}`

/** The newest suite of each file. */
export const testsQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ['tests', sessionId],
    queryFn: () => listed<ListedTest>(`${sessionAddress(sessionId)}/tests`, 'tests'),
  })

export const testQuery = (sessionId: string, testId: string) =>
  queryOptions({
    queryKey: ['test', sessionId, testId],
    queryFn: () => call<TestDetail>('GET', testAddress(sessionId, testId)),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const mutantsQuery = (sessionId: string, testId: string) =>
  queryOptions({
    queryKey: ['mutants', sessionId, testId],
    queryFn: () => listed<Mutant>(`${testAddress(sessionId, testId)}/mutants`, 'mutants'),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const suspectsQuery = (sessionId: string, testId: string) =>
  queryOptions({
    queryKey: ['suspects', sessionId, testId],
    queryFn: () => listed<Suspect>(`${testAddress(sessionId, testId)}/suspects`, 'suspects'),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const engineQuery = queryOptions({
  queryKey: ['engine'],
  queryFn: () => call<EngineHealth>('GET', '/inngest/health'),
})

export const spendingQuery = queryOptions({
  queryKey: ['spending'],
  queryFn: () => call<Spending>('GET', '/spending'),
})

export const doctorQuery = queryOptions({
  queryKey: ['doctor'],
  queryFn: () => listed<Check>('/doctor', 'checks'),
  staleTime: 60_000,
})
