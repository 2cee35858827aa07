import { useQuery } from '@tanstack/react-query'
import { type DroppedTest, type FileState, mayRetry } from '@testwright/react'
import { memo, type ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs'
import { testQuery } from '../api/queries'
import { CopyButton } from '../ui/copy-button'
import { Problem } from '../ui/problem'
import { words } from '../words'
import { Changes } from './changes'
import { Code } from './code'
import { DecisionSwitch } from './decision'
import { EvidenceCard } from './evidence-card'
import { Install, useInstallable } from './install'
import { PossibleBugs } from './possible-bugs'
import { SourceView } from './source-view'
import { ThrownAway } from './thrown-away'

interface FilePaneProps {
  sessionId: string
  file: FileState
  tab: string
  onTab: (tab: string) => void
  /** Null while the session runs: one round at a time. */
  onRetry: (() => void) | null
  /** The same, with the packages of the project installed from its lock file. */
  onInstall: (() => void) | null
}

export const FilePane = memo(function FilePane({
  sessionId,
  file,
  tab,
  onTab,
  onRetry,
  onInstall,
}: FilePaneProps) {
  const { test, error } = file
  const detail = useQuery({ ...testQuery(sessionId, test?.testId ?? ''), enabled: test !== null })
  const dropped = (test ? detail.data?.dropped : undefined) ?? file.dropped
  const packages = useInstallable(sessionId, file)
  const install = packages && onInstall && <Install packages={packages} onInstall={onInstall} />
  const suspects = test?.evidence.suspects ?? 0
  return (
    <>
      {file.stage === 'failed' && error && (
        <Problem error={error}>
          {install}
          {mayRetry(file) && onRetry && (
            <button type="button" className="button" onClick={onRetry}>
              {words.session.retryThis}
            </button>
          )}
        </Problem>
      )}
      {file.stage === 'done' && install && (
        <div className="problem calm">
          <p>{words.session.packagesMissing}</p>
          <div className="actions">{install}</div>
        </div>
      )}
      {file.stage === 'cancelled' && onRetry && (
        <div className="problem calm">
          <p>{words.session.stoppedBefore}</p>
          <div className="actions">
            <button type="button" className="button" onClick={onRetry}>
              {words.session.retryThis}
            </button>
          </div>
        </div>
      )}
      <Tabs className="tabs" selectedKey={tab} onSelectionChange={key => onTab(String(key))}>
        <TabList aria-label={file.path} className="tab-list">
          <Tab id="test">{words.session.tabs.test}</Tab>
          <Tab id="source">{words.session.tabs.source}</Tab>
          <Tab id="evidence">{words.session.tabs.evidence}</Tab>
          <Tab id="changes">{words.session.tabs.changes}</Tab>
          <Tab id="bugs">
            {words.session.tabs.bugs}
            {suspects > 0 && <span className="tab-count">{suspects}</span>}
          </Tab>
          <Tab id="dropped">
            {words.session.tabs.dropped}
            {dropped.length > 0 && <span className="tab-count">{dropped.length}</span>}
          </Tab>
        </TabList>
        <TabPanel id="test">
          {file.draftText !== null && <BeingWritten text={file.draftText} />}
          {test ? (
            <Suite test={test}>
              {detail.data && test.testCode && (
                <DecisionSwitch
                  sessionId={sessionId}
                  testId={detail.data.testId}
                  decision={detail.data.decision}
                />
              )}
            </Suite>
          ) : (
            file.draftText === null && <Nothing file={file} />
          )}
        </TabPanel>
        <TabPanel id="source">
          <SourceView sessionId={sessionId} file={file} />
        </TabPanel>
        <TabPanel id="evidence">{test ? <EvidenceCard test={test} /> : <Nothing file={file} />}</TabPanel>
        <TabPanel id="changes">
          {test ? <Changes sessionId={sessionId} test={test} /> : <Nothing file={file} />}
        </TabPanel>
        <TabPanel id="bugs">
          {test ? <PossibleBugs sessionId={sessionId} test={test} /> : <Nothing file={file} />}
        </TabPanel>
        <TabPanel id="dropped">
          <ThrownAway dropped={distinct(dropped)} />
        </TabPanel>
      </Tabs>
    </>
  )
})

function Suite({ test, children }: { test: NonNullable<FileState['test']>; children: ReactNode }) {
  const { evidence } = test
  return (
    <>
      <div className="suite-head">
        <span className="mono path" title={test.testFilePath}>
          {test.testFilePath}
        </span>
        {evidence.verified ? (
          <span className="dim">
            {words.session.testsAndRuns(evidence.testCount, evidence.passedRuns, evidence.runs)}
          </span>
        ) : (
          <span className="dim">{words.session.notVerified(evidence.reason)}</span>
        )}
        <span className="grow" />
        {children}
        {test.testCode && <CopyButton text={test.testCode} />}
      </div>
      {test.testCode ? (
        <Code code={test.testCode} path={test.testFilePath} />
      ) : (
        <p className="empty">{words.session.noTestKept}</p>
      )}
    </>
  )
}

/** The end of the model's answer as it comes, as plain text: nobody has read it yet, least of all a runner. */
export function BeingWritten({ text }: { text: string }) {
  return (
    <section className="being-written" aria-label={words.session.beingWritten}>
      <p className="dim">{words.session.notRun}</p>
      <pre>
        <code>{text}</code>
      </pre>
    </section>
  )
}

function Nothing({ file }: { file: FileState }) {
  const ended = file.stage === 'failed' || file.stage === 'cancelled'
  return <p className="empty">{ended ? words.session.noSuite : words.session.notYet}</p>
}

function distinct(dropped: readonly DroppedTest[]): readonly DroppedTest[] {
  return [...new Map(dropped.map(drop => [`${drop.name}/${drop.gate}`, drop])).values()]
}
