import { memo } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs'
import { words } from '../words'
import type { LineLog } from './log'
import { LogView } from './log-view'
import { Timeline } from './timeline'

interface BelowProps {
  sessionId: string
  log: LineLog
  shown: string
  onShow: (name: string) => void
  isGenerating: boolean
  selected: string | null
  onSelect: (path: string) => void
  now: number
}

/** What happened so far, in words or as bars. */
export const Below = memo(function Below({ log, shown, onShow, ...timeline }: BelowProps) {
  return (
    <Tabs className="tabs below" selectedKey={shown} onSelectionChange={key => onShow(String(key))}>
      <TabList aria-label={words.below.label} className="tab-list">
        <Tab id="log">{words.below.log}</Tab>
        <Tab id="timeline">{words.below.timeline}</Tab>
      </TabList>
      <TabPanel id="log">
        <LogView log={log} />
      </TabPanel>
      <TabPanel id="timeline">
        <Timeline {...timeline} />
      </TabPanel>
    </Tabs>
  )
})
