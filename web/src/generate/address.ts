/**
 * What was picked and chosen, as it stands in the page's address: a reload, a bookmark or a link brings all of it back.
 * What is as usual is left out. A folder that is picked whole is named once, with its slash.
 */

import { type Choices, usualChoices } from './request'
import { folderStates, pickedAfter, type TreeNode } from './selection'

export const PRESETS = ['changed', 'untested', 'low'] as const
export type Preset = (typeof PRESETS)[number]

export interface Chosen {
  readonly picked: ReadonlySet<string>
  readonly sought: string
  readonly presets: ReadonlySet<Preset>
  /** Frameworks that somebody asked for, by family. */
  readonly frameworks: Readonly<Record<string, string>>
  readonly choices: Choices
}

/** Longer addresses are refused by some servers and proxies: then what is picked lives as long as the page does. */
const MOST_CHARACTERS = 6_000
const FRAMEWORK = 'framework.'

export function readChosen(
  search: URLSearchParams,
  nodes: readonly TreeNode[],
  usual: Choices = usualChoices,
): Chosen {
  const keys = new Set(search.getAll('pick'))
  const types = search.get('types')?.split(',')
  const isOn = (name: string, otherwise: boolean) => {
    const said = search.get(name)
    return said === 'on' || said === 'off' ? said === 'on' : otherwise
  }
  const coverage = search.get('coverage')
  return {
    picked: keys.size ? pickedAfter(nodes, new Set(), keys) : new Set(),
    sought: search.get('find') ?? '',
    presets: new Set(PRESETS.filter(preset => search.get('show')?.split(',').includes(preset))),
    frameworks: Object.fromEntries(
      [...search]
        .filter(([name, value]) => name.startsWith(FRAMEWORK) && value)
        .map(([name, value]) => [name.slice(FRAMEWORK.length), value]),
    ),
    choices: {
      unit: types ? types.includes('unit') : usual.unit,
      integration: types ? types.includes('integration') : usual.integration,
      coverage: coverage === 'basic' || coverage === 'comprehensive' ? coverage : usual.coverage,
      includeEdgeCases: isOn('edges', usual.includeEdgeCases),
      mockExternal: isOn('mocks', usual.mockExternal),
      instructions: search.get('instructions') ?? usual.instructions,
      model: search.get('model') ?? usual.model,
      maxCostUsd: search.get('budget') ?? usual.maxCostUsd,
    },
  }
}

export function writeChosen(
  repositoryId: string,
  { picked, sought, presets, frameworks, choices }: Chosen,
  nodes: readonly TreeNode[],
  usual: Choices = usualChoices,
): URLSearchParams {
  const search = new URLSearchParams({ repository: repositoryId })
  const set = (name: string, value: string, otherwise = '') => {
    if (value !== otherwise) search.set(name, value)
  }
  const turn = (name: string, value: boolean, otherwise: boolean) =>
    set(name, value ? 'on' : 'off', otherwise ? 'on' : 'off')
  set('find', sought)
  set('show', [...presets].join(','))
  set('types', typesOf(choices), typesOf(usual))
  set('coverage', choices.coverage, usual.coverage)
  turn('edges', choices.includeEdgeCases, usual.includeEdgeCases)
  turn('mocks', choices.mockExternal, usual.mockExternal)
  set('model', choices.model)
  set('budget', choices.maxCostUsd)
  set('instructions', choices.instructions, usual.instructions)
  for (const [family, framework] of Object.entries(frameworks)) set(FRAMEWORK + family, framework)
  const short = search.toString()
  for (const key of keysFor(nodes, picked)) search.append('pick', key)
  return search.toString().length > MOST_CHARACTERS ? new URLSearchParams(short) : search
}

const typesOf = ({ unit, integration }: Choices): string =>
  [...(unit ? ['unit'] : []), ...(integration ? ['integration'] : [])].join(',')

/** The fewest keys that stand for what is picked. */
export function keysFor(nodes: readonly TreeNode[], picked: ReadonlySet<string>): string[] {
  const { whole, half } = folderStates(nodes, picked)
  const visit = (node: TreeNode): string[] => {
    if (node.file) return picked.has(node.key) ? [node.key] : []
    // A folder stands for what is worth picking in it: with anything else picked too, its files are named.
    if (whole.has(node.key) && standsFor(node, picked)) return [node.key]
    return whole.has(node.key) || half.has(node.key) ? node.children.flatMap(visit) : []
  }
  return nodes.flatMap(visit)
}

function standsFor(node: TreeNode, picked: ReadonlySet<string>): boolean {
  const alone = pickedAfter([node], new Set(), new Set([node.key]))
  return [...picked].every(path => !path.startsWith(node.key) || alone.has(path))
}
