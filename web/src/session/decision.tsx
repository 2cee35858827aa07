import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'
import { call } from '../api/client'
import { testAddress, testQuery } from '../api/queries'
import type { Decision, TestDetail } from '../api/types'
import { Problem } from '../ui/problem'
import { words } from '../words'

interface DecisionSwitchProps {
  sessionId: string
  testId: string
  decision: Decision
}

/** Keep or reject a suite; pressing what is chosen takes it back. */
export function DecisionSwitch({ sessionId, testId, decision }: DecisionSwitchProps) {
  const queryClient = useQueryClient()
  const decide = useMutation({
    mutationFn: (wanted: Decision) =>
      call<TestDetail>('PATCH', testAddress(sessionId, testId), { decision: wanted }),
    onSuccess: (_, wanted) =>
      queryClient.setQueryData(
        testQuery(sessionId, testId).queryKey,
        old => old && { ...old, decision: wanted },
      ),
  })
  const shown = decide.isPending ? decide.variables : decision
  return (
    <>
      <ToggleButtonGroup
        className="decision"
        aria-label={words.review.decision}
        selectionMode="single"
        selectedKeys={shown === 'undecided' ? [] : [shown]}
        onSelectionChange={([chosen]) => decide.mutate((chosen as Decision | undefined) ?? 'undecided')}
      >
        <ToggleButton id="kept" className="button small">
          {words.review.keep}
        </ToggleButton>
        <ToggleButton id="rejected" className="button small">
          {words.review.reject}
        </ToggleButton>
      </ToggleButtonGroup>
      {decide.error && <Problem error={decide.error} />}
    </>
  )
}
