import { useId } from 'react'
import type { Framework } from '../api/types'
import { type Family, offered } from './frameworks'
import type { Choices } from './request'

interface OptionsFormProps {
  families: readonly Family[]
  frameworks: readonly Framework[]
  chosen: Readonly<Record<string, string>>
  /** Where a proposed framework comes from, by family. */
  evidence: Readonly<Record<string, string>>
  onFramework: (family: string, framework: string) => void
  choices: Choices
  onChoices: (choices: Choices) => void
}

export function OptionsForm(props: OptionsFormProps) {
  const { families, choices, onChoices } = props
  const id = useId()
  const set = <K extends keyof Choices>(name: K, value: Choices[K]) =>
    onChoices({ ...choices, [name]: value })
  return (
    <div className="options">
      {families.map(family => (
        <FrameworkSelect key={family.id} family={family} alone={families.length === 1} {...props} />
      ))}
      <fieldset>
        <legend>Test types</legend>
        <Tick label="Unit" value={choices.unit} onChange={value => set('unit', value)} />
        <Tick label="Integration" value={choices.integration} onChange={value => set('integration', value)} />
      </fieldset>
      <fieldset>
        <legend>Coverage</legend>
        {(['basic', 'comprehensive'] as const).map(level => (
          <label key={level} className="tick">
            <input
              type="radio"
              name={`${id}-coverage`}
              checked={choices.coverage === level}
              onChange={() => set('coverage', level)}
            />
            {level === 'basic' ? 'Basic' : 'Comprehensive'}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Also</legend>
        <Tick
          label="Edge cases"
          value={choices.includeEdgeCases}
          onChange={value => set('includeEdgeCases', value)}
        />
        <Tick
          label="Mock external calls"
          value={choices.mockExternal}
          onChange={value => set('mockExternal', value)}
        />
      </fieldset>
      <details>
        <summary>Instructions</summary>
        <label htmlFor={`${id}-instructions`} className="hidden-label">
          Instructions for the writer
        </label>
        <textarea
          id={`${id}-instructions`}
          rows={3}
          maxLength={4000}
          value={choices.instructions}
          onChange={event => set('instructions', event.target.value)}
          placeholder="Such as: freeze the clock with our own helper."
        />
      </details>
    </div>
  )
}

function FrameworkSelect({
  family,
  alone,
  frameworks,
  chosen,
  evidence,
  onFramework,
}: OptionsFormProps & { family: Family; alone: boolean }) {
  const id = useId()
  const choice = offered(family, frameworks)
  const current = choice.find(({ name }) => name === chosen[family.id])
  return (
    <div className="field">
      <label htmlFor={id}>Framework{!alone && <span className="dim"> for {family.label}</span>}</label>
      <select
        id={id}
        value={current?.name ?? ''}
        disabled={!choice.length}
        onChange={event => onFramework(family.id, event.target.value)}
      >
        {!choice.length && <option value="">None known</option>}
        {choice.map(({ name, available }) => (
          <option key={name} value={name}>
            {name}
            {available === false ? ' (not installed)' : ''}
          </option>
        ))}
      </select>
      <p className="dim">
        {current?.available === false ? current.detail : current && (evidence[family.id] ?? current.detail)}
      </p>
    </div>
  )
}

function Tick({
  label,
  value,
  onChange,
}: {
  label: string
  value: boolean
  onChange: (value: boolean) => void
}) {
  return (
    <label className="tick">
      <input type="checkbox" checked={value} onChange={event => onChange(event.target.checked)} />
      {label}
    </label>
  )
}
