import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { modelsQuery } from '../api/queries'
import type { Framework } from '../api/types'
import { words } from '../words'
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
        <legend>{words.generate.testTypes}</legend>
        <Tick label={words.generate.unit} value={choices.unit} onChange={value => set('unit', value)} />
        <Tick
          label={words.generate.integration}
          value={choices.integration}
          onChange={value => set('integration', value)}
        />
      </fieldset>
      <fieldset>
        <legend>{words.generate.coverage}</legend>
        {(['basic', 'comprehensive'] as const).map(level => (
          <label key={level} className="tick">
            <input
              type="radio"
              name={`${id}-coverage`}
              checked={choices.coverage === level}
              onChange={() => set('coverage', level)}
            />
            {words.generate[level]}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>{words.generate.also}</legend>
        <Tick
          label={words.generate.edgeCases}
          value={choices.includeEdgeCases}
          onChange={value => set('includeEdgeCases', value)}
        />
        <Tick
          label={words.generate.mocks}
          value={choices.mockExternal}
          onChange={value => set('mockExternal', value)}
        />
      </fieldset>
      <details open={choices.instructions + choices.model + choices.maxCostUsd !== '' || undefined}>
        <summary>{words.generate.more}</summary>
        <ModelSelect value={choices.model} onChange={value => set('model', value)} />
        <div className="field">
          <label htmlFor={`${id}-budget`}>{words.generate.budget}</label>
          <input
            id={`${id}-budget`}
            inputMode="decimal"
            placeholder={words.generate.noLimit}
            value={choices.maxCostUsd}
            onChange={event => set('maxCostUsd', event.target.value.trim())}
          />
        </div>
        <label htmlFor={`${id}-instructions`} className="field-label">
          {words.generate.instructions}
        </label>
        <textarea
          id={`${id}-instructions`}
          rows={3}
          maxLength={4000}
          value={choices.instructions}
          onChange={event => set('instructions', event.target.value)}
          placeholder={words.generate.instructionsExample}
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
      <label htmlFor={id}>
        {alone ? words.generate.framework : words.generate.frameworkFor(family.label)}
      </label>
      <select
        id={id}
        value={current?.name ?? ''}
        disabled={!choice.length}
        onChange={event => onFramework(family.id, event.target.value)}
      >
        {!choice.length && <option value="">{words.generate.noFramework}</option>}
        {choice.map(({ name, available }) => (
          <option key={name} value={name}>
            {available === false ? words.generate.notInstalled(name) : name}
          </option>
        ))}
      </select>
      <p className="dim">
        {current?.available === false ? current.detail : current && (evidence[family.id] ?? current.detail)}
      </p>
    </div>
  )
}

/** Only what is set up can be asked; who writes by default comes first. */
function ModelSelect({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const id = useId()
  const { data = [] } = useQuery(modelsQuery)
  const ready = data.filter(({ configured, name }) => configured && name)
  const usual = ready.find(one => one.usual)
  return (
    <div className="field">
      <label htmlFor={id}>{words.generate.model}</label>
      <select id={id} value={value} onChange={event => onChange(event.target.value)}>
        <option value="">
          {usual?.model ? words.generate.usualModel(usual.model) : words.generate.explorer}
        </option>
        {usual && <option value="explorer">{words.generate.explorer}</option>}
        {ready
          .filter(one => one !== usual)
          .map(({ name, title, model }) => (
            <option key={name} value={name ?? ''}>
              {model} · {title}
            </option>
          ))}
      </select>
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
