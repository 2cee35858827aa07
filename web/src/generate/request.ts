/** From what was picked to what is asked for. */

import type { GenerationOptions, StartRequest } from '@testwright/react'
import type { Tree, TreeFile } from '../api/types'
import { words } from '../words'
import { familiesOf, familyOf } from './frameworks'

export interface Choices {
  readonly unit: boolean
  readonly integration: boolean
  readonly coverage: 'basic' | 'comprehensive'
  readonly includeEdgeCases: boolean
  readonly mockExternal: boolean
  readonly instructions: string
  /** Empty: whoever writes by default. */
  readonly model: string
  /** As it was typed, in dollars; empty for no limit. */
  readonly maxCostUsd: string
}

export const usualChoices: Choices = {
  unit: true,
  integration: false,
  coverage: 'comprehensive',
  includeEdgeCases: true,
  mockExternal: true,
  instructions: '',
  model: '',
  maxCostUsd: '',
}

/** What holds where nobody chooses: as the project configures it. */
export function usualIn({ options }: Pick<Tree, 'options'>): Choices {
  if (!options) return usualChoices
  return {
    ...usualChoices,
    unit: options.testTypes.includes('unit'),
    integration: options.testTypes.includes('integration'),
    coverage: options.coverage === 'basic' ? 'basic' : 'comprehensive',
    includeEdgeCases: options.includeEdgeCases,
    mockExternal: options.mockExternal,
    instructions: options.instructions ?? '',
  }
}

export function requestFor(
  repositoryId: string,
  files: readonly TreeFile[],
  frameworks: Readonly<Record<string, string>>,
  choices: Choices,
): StartRequest {
  const of = (file: TreeFile) => (file.language ? frameworks[familyOf(file.language).id] : undefined)
  const families = familiesOf(files)
  const single = families.length === 1 && families[0] ? frameworks[families[0].id] : undefined
  return {
    repositoryId,
    files: files.map(file => (single ? { path: file.path } : { path: file.path, framework: of(file) })),
    ...(single && { framework: single }),
    options: optionsFrom(choices),
  }
}

/** Why it cannot start yet, or null. */
export function whyNot(
  files: readonly TreeFile[],
  frameworks: Readonly<Record<string, string>>,
  choices: Choices,
): string | null {
  const { why } = words.generate
  if (!files.length) return why.files
  const missing = familiesOf(files).find(family => !frameworks[family.id])
  if (missing) return why.framework(missing.label)
  if (!choices.unit && !choices.integration) return why.types
  if (choices.maxCostUsd && !(Number(choices.maxCostUsd) >= 0)) return why.budget
  return null
}

/** The same request as a command, with what differs from the usual. */
export function commandFor(
  keys: readonly string[],
  frameworks: Readonly<Record<string, string>>,
  choices: Choices,
  usual: Choices = usualChoices,
): string {
  const flag = (name: string, value: boolean, before: boolean): string[] =>
    value === before ? [] : [value ? `--${name}` : `--no-${name}`]
  const named = Object.values(frameworks)
  return [
    'testwright generate',
    ...keys.map(quoted),
    ...(named.length === 1 && named[0] ? ['--framework', quoted(named[0])] : []),
    ...testTypeFlags(choices, usual),
    ...(choices.coverage === usual.coverage ? [] : [`--${choices.coverage}`]),
    ...flag('edge-cases', choices.includeEdgeCases, usual.includeEdgeCases),
    ...flag('mocks', choices.mockExternal, usual.mockExternal),
    ...(choices.model ? ['--model', quoted(choices.model)] : []),
    ...(choices.maxCostUsd ? ['--max-cost-usd', quoted(choices.maxCostUsd)] : []),
  ].join(' ')
}

/** The command knows them as one option: naming one of the two leaves the other as it usually is anywhere. */
function testTypeFlags(choices: Choices, usual: Choices): string[] {
  if (choices.unit === usual.unit && choices.integration === usual.integration) return []
  const flags = [...(choices.unit ? [] : ['--no-unit']), ...(choices.integration ? ['--integration'] : [])]
  return flags.length ? flags : ['--unit']
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

function optionsFrom(choices: Choices): GenerationOptions {
  const instructions = choices.instructions.trim()
  return {
    testTypes: [...(choices.unit ? ['unit'] : []), ...(choices.integration ? ['integration'] : [])],
    coverage: choices.coverage,
    includeEdgeCases: choices.includeEdgeCases,
    mockExternal: choices.mockExternal,
    ...(instructions && { instructions }),
    ...(choices.model && { model: choices.model }),
    ...(choices.maxCostUsd && { maxCostUsd: Number(choices.maxCostUsd) }),
  }
}
