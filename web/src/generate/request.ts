/** From what was picked to what is asked for. */

import type { GenerationOptions, StartRequest } from '@testwright/react'
import type { TreeFile } from '../api/types'
import { familiesOf, familyOf } from './frameworks'

export interface Choices {
  readonly unit: boolean
  readonly integration: boolean
  readonly coverage: 'basic' | 'comprehensive'
  readonly includeEdgeCases: boolean
  readonly mockExternal: boolean
  readonly instructions: string
}

export const usualChoices: Choices = {
  unit: true,
  integration: false,
  coverage: 'comprehensive',
  includeEdgeCases: true,
  mockExternal: true,
  instructions: '',
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
  if (!files.length) return 'Pick one file or more.'
  const missing = familiesOf(files).find(family => !frameworks[family.id])
  if (missing) return `No test framework for ${missing.label} is known here.`
  if (!choices.unit && !choices.integration) return 'Pick a test type.'
  return null
}

function optionsFrom(choices: Choices): GenerationOptions {
  const instructions = choices.instructions.trim()
  return {
    testTypes: [...(choices.unit ? ['unit'] : []), ...(choices.integration ? ['integration'] : [])],
    coverage: choices.coverage,
    includeEdgeCases: choices.includeEdgeCases,
    mockExternal: choices.mockExternal,
    ...(instructions && { instructions }),
  }
}
