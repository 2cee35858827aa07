/**
 * The file tree and what is picked in it. A folder stands for its files that are worth picking: it is picked when they
 * all are, half picked when some file is.
 */

import type { TreeFile } from '../api/types'

export interface TreeNode {
  /** A file's path; a folder's ends with a slash, so that the two never meet. */
  readonly key: string
  readonly name: string
  readonly file: TreeFile | null
  readonly children: readonly TreeNode[]
  /** All below it, or itself: asked for with every click. */
  readonly files: readonly TreeFile[]
  /** Those of them that it stands for when it is picked. */
  readonly worth: readonly TreeFile[]
}

export interface FolderStates {
  readonly whole: ReadonlySet<string>
  readonly half: ReadonlySet<string>
}

interface OpenNode extends TreeNode {
  readonly children: OpenNode[]
  files: readonly TreeFile[]
  worth: readonly TreeFile[]
}

/** Folders first, then files, both by name. */
export function treeOf(files: readonly TreeFile[]): readonly TreeNode[] {
  const root: OpenNode = { key: '', name: '', file: null, children: [], files: [], worth: [] }
  const folders = new Map<string, OpenNode>([['', root]])
  const folder = (key: string): OpenNode => {
    const known = folders.get(key)
    if (known) return known
    const cut = key.lastIndexOf('/', key.length - 2) + 1
    const made: OpenNode = { ...root, key, name: key.slice(cut, -1), children: [] }
    folders.set(key, made)
    folder(key.slice(0, cut)).children.push(made)
    return made
  }
  for (const file of files) {
    const cut = file.path.lastIndexOf('/') + 1
    folder(file.path.slice(0, cut)).children.push({
      key: file.path,
      name: file.path.slice(cut),
      file,
      children: [],
      files: [file],
      worth: [file],
    })
  }
  for (const { children } of folders.values())
    children.sort(
      (one, other) =>
        Number(one.file !== null) - Number(other.file !== null) || one.name.localeCompare(other.name),
    )
  gather(root)
  return root.children
}

function gather(node: OpenNode): void {
  if (node.file) return
  node.children.forEach(gather)
  node.files = node.children.flatMap(({ files }) => files)
  node.worth = worthPicking(node.files)
}

export function foldersOf(nodes: readonly TreeNode[]): string[] {
  return nodes.flatMap(node => (node.file ? [] : [node.key, ...foldersOf(node.children)]))
}

export function folderStates(nodes: readonly TreeNode[], picked: ReadonlySet<string>): FolderStates {
  const whole = new Set<string>()
  const half = new Set<string>()
  const visit = (node: TreeNode): void => {
    if (node.file) return
    if (node.worth.every(({ path }) => picked.has(path))) whole.add(node.key)
    else if (node.files.some(({ path }) => picked.has(path))) half.add(node.key)
    node.children.forEach(visit)
  }
  nodes.forEach(visit)
  return { whole, half }
}

/** What is picked after the tree reported `keys` as selected: a folder that came or went takes its files along. */
export function pickedAfter(
  nodes: readonly TreeNode[],
  picked: ReadonlySet<string>,
  keys: 'all' | ReadonlySet<string | number>,
): ReadonlySet<string> {
  const next = new Set(picked)
  if (keys === 'all') {
    for (const { path } of worthPicking(nodes.flatMap(({ files }) => files))) next.add(path)
    return next
  }
  const { whole } = folderStates(nodes, picked)
  const visit = (node: TreeNode) => {
    const was = node.file ? picked.has(node.key) : whole.has(node.key)
    const is = keys.has(node.key)
    if (was !== is) {
      if (is) for (const { path } of node.worth) next.add(path)
      else for (const { path } of node.files) next.delete(path)
      // Inside a folder that changed as a whole, what its files say is older news.
    } else node.children.forEach(visit)
  }
  nodes.forEach(visit)
  return next
}

/** As the service sees it: tests, what belongs to tests, and what configures a tool. */
const NO_SOURCES = [
  /(^|\/)(test_[^/]*|[^/]*_test|conftest|setup|noxfile|fabfile)\.py$/,
  /\.(test|spec|stories|config)\.[cm]?[jt]sx?$/,
  /(^|\/)(__tests__|__mocks__|tests?|spec|e2e|fixtures)\//,
  /(^|\/)\.[^/]*$/,
  /\.d\.[cm]?ts$/,
]

/** Whether tests can be written for this file: known language, and not a test itself. */
export const isSource = (file: TreeFile): boolean =>
  file.language !== null && !NO_SOURCES.some(pattern => pattern.test(file.path))

const LOW_PERCENT = 80

export const isChanged = (file: TreeFile): boolean => file.changed === true

/** Measured, and low: what nobody measured is not called so. */
export const isLow = ({ coverage }: TreeFile): boolean => coverage != null && coverage < LOW_PERCENT

export const isUntested = (file: TreeFile): boolean => file.hasTests === false && isWorthPicking(file)

/** What a whole folder is picked for: not its empty files, nor those that only make it a package, unless it has no other. */
export function worthPicking(files: readonly TreeFile[]): readonly TreeFile[] {
  const worth = files.filter(isWorthPicking)
  return worth.length ? worth : files
}

const isWorthPicking = ({ path, size }: TreeFile): boolean => size !== 0 && !/(^|\/)__init__\.py$/.test(path)
