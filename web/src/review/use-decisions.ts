import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../api/client'
import { testAddress, testQuery, testsQuery } from '../api/queries'
import type { Decision, ListedTest } from '../api/types'

/** The session's suites with what a person made of each; a decision shows at once, and is taken back when refused. */
export function useDecisions(sessionId: string) {
  const queryClient = useQueryClient()
  const tests = useQuery(testsQuery(sessionId))
  const { queryKey } = testsQuery(sessionId)
  const put = (testId: string, decision: Decision) =>
    queryClient.setQueryData(queryKey, old =>
      old?.map(test => (test.testId === testId ? { ...test, decision } : test)),
    )
  const deciding = useMutation({
    mutationFn: ({ testId, decision }: Pick<ListedTest, 'testId' | 'decision'>) =>
      call<ListedTest>('PATCH', testAddress(sessionId, testId), { decision }),
    onMutate: async ({ testId, decision }) => {
      // A list that was asked for before would show the old decision again.
      await queryClient.cancelQueries({ queryKey })
      const before = queryClient.getQueryData(queryKey)?.find(test => test.testId === testId)?.decision
      put(testId, decision)
      return { before }
    },
    onError: (_, { testId }, context) => {
      if (context?.before) put(testId, context.before)
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
    onSuccess: (_, { testId, decision }) => {
      queryClient.setQueryData(testQuery(sessionId, testId).queryKey, old => old && { ...old, decision })
    },
  })
  return {
    tests,
    decide: (testId: string, decision: Decision) => deciding.mutate({ testId, decision }),
    error: deciding.error,
  }
}
