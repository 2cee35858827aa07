/** Which test framework goes with which files. */

import type { Framework, TreeFile } from '../api/types'

export interface Family {
  readonly id: string
  readonly label: string
  readonly languages: readonly string[]
}

export interface Found {
  /** The framework of each language, as the service found it in the project. */
  readonly used: Readonly<Record<string, string>>
}

const JAVASCRIPT: Family = {
  id: 'javascript',
  label: 'JavaScript, TypeScript',
  languages: ['javascript', 'typescript'],
}
const PREFERRED = ['pytest', 'vitest', 'jest']

/** Languages that share their frameworks share one choice. */
export function familyOf(language: string): Family {
  if (JAVASCRIPT.languages.includes(language)) return JAVASCRIPT
  return { id: language, label: language[0]?.toUpperCase() + language.slice(1), languages: [language] }
}

export function familiesOf(files: readonly TreeFile[]): Family[] {
  const found = new Map<string, Family>()
  for (const { language } of files) if (language) found.set(familyOf(language).id, familyOf(language))
  return [...found.values()].sort((one, other) => one.label.localeCompare(other.label))
}

export const offered = (family: Family, frameworks: readonly Framework[]): Framework[] =>
  frameworks.filter(framework => framework.languages.some(language => family.languages.includes(language)))

/** The project's own framework first, then the usual one of the language, then whatever there is. */
export function usualFramework(
  family: Family,
  frameworks: readonly Framework[],
  found: Found,
): string | null {
  const all = offered(family, frameworks)
  const usable = all.filter(({ available }) => available !== false)
  const names = (usable.length ? usable : all).map(({ name }) => name)
  const used = family.languages.flatMap(language => found.used[language] ?? [])
  return (
    names.find(name => used.includes(name)) ??
    PREFERRED.find(name => names.includes(name)) ??
    names[0] ??
    null
  )
}

/** Which packages a package.json declares, with their versions. */
export function declaredIn(packageJson: string | null | undefined): ReadonlyMap<string, string> {
  if (!packageJson) return new Map()
  try {
    const parsed: unknown = JSON.parse(packageJson)
    if (typeof parsed !== 'object' || parsed === null) return new Map()
    const { dependencies, devDependencies } = parsed as Record<string, Record<string, string> | undefined>
    return new Map(
      Object.entries({ ...dependencies, ...devDependencies }).map(([name, range]) => [name, String(range)]),
    )
  } catch {
    return new Map()
  }
}
