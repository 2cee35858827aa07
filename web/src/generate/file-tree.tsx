import { createContext, useContext, useMemo, useState } from 'react'
import { Button } from 'react-aria-components/Button'
import { Collection } from 'react-aria-components/Collection'
import { Tree, TreeItem, TreeItemContent } from 'react-aria-components/Tree'
import { ListLayout, Virtualizer } from 'react-aria-components/Virtualizer'
import type { TreeFile } from '../api/types'
import { words } from '../words'
import { bytes, percent } from '../words/figures'
import { folderStates, foldersOf, isUntested, pickedAfter, type TreeNode, treeOf } from './selection'

const LAYOUT = { rowHeight: 28 }
const FEW_FILES = 300
const NO_FOLDERS: ReadonlySet<string> = new Set()

/** Rows are cached by React Aria, so what changes with every click reaches them by context. */
const HalfPicked = createContext<ReadonlySet<string>>(NO_FOLDERS)

interface FileTreeProps {
  files: readonly TreeFile[]
  picked: ReadonlySet<string>
  onPick: (picked: ReadonlySet<string>) => void
  /** While files are searched, all folders stand open. */
  searching: boolean
}

export function FileTree({ files, picked, onPick, searching }: FileTreeProps) {
  const nodes = useMemo(() => treeOf(files), [files])
  const folders = useMemo(() => foldersOf(nodes), [nodes])
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const { whole, half } = useMemo(() => folderStates(nodes, picked), [nodes, picked])
  const selected = useMemo(() => new Set([...picked, ...whole]), [picked, whole])
  const open = useMemo(() => {
    const openByItself = (key: string) =>
      searching || files.length <= FEW_FILES || key.indexOf('/') === key.length - 1
    return new Set(folders.filter(key => openByItself(key) !== toggled.has(key)))
  }, [folders, toggled, searching, files.length])

  return (
    <HalfPicked value={half}>
      <Virtualizer layout={ListLayout} layoutOptions={LAYOUT}>
        <Tree
          className="tree"
          aria-label={words.generate.files}
          items={nodes}
          selectionMode="multiple"
          selectedKeys={selected}
          onSelectionChange={keys => onPick(pickedAfter(nodes, picked, keys))}
          expandedKeys={open}
          onExpandedChange={keys =>
            setToggled(old => {
              const next = new Set(old)
              for (const key of folders)
                if (open.has(key) !== keys.has(key)) {
                  if (next.has(key)) next.delete(key)
                  else next.add(key)
                }
              return next
            })
          }
          renderEmptyState={() => <p className="empty">{words.generate.noMatch}</p>}
        >
          {row}
        </Tree>
      </Virtualizer>
    </HalfPicked>
  )
}

const row = (node: TreeNode) => (
  <TreeItem id={node.key} textValue={node.name} className="tree-row" hasChildItems={node.file === null}>
    <TreeItemContent>
      {({ isExpanded, isSelected }) => <Row node={node} isOpen={isExpanded} isPicked={isSelected} />}
    </TreeItemContent>
    <Collection items={node.children}>{row}</Collection>
  </TreeItem>
)

function Row({ node, isOpen, isPicked }: { node: TreeNode; isOpen: boolean; isPicked: boolean }) {
  const half = useContext(HalfPicked).has(node.key)
  const { file } = node
  return (
    <>
      {/* The row takes the press, wherever in it: this only tells how it stands, and costs nothing when many do. */}
      {/* biome-ignore lint/a11y/useSemanticElements: an input would toggle by itself what the row toggles. */}
      <span
        role="checkbox"
        tabIndex={-1}
        className="check"
        aria-checked={half ? 'mixed' : isPicked}
        aria-label={words.generate.select}
      >
        <span className="box" aria-hidden="true" />
      </span>
      {file ? (
        <span className="chevron" />
      ) : (
        <Button
          slot="chevron"
          className="chevron"
          aria-label={isOpen ? words.generate.collapse : words.generate.expand}
        >
          <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
            <path d="M3 1.5L7 5 3 8.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </Button>
      )}
      <span className="name">{node.name}</span>
      {file && (
        <>
          {file.changed && <span className="badge strong">{words.generate.badges.changed}</span>}
          {isUntested(file) && <span className="badge">{words.generate.badges.untested}</span>}
          {file.size === 0 && <span className="badge">{words.generate.badges.empty}</span>}
          {file.coverage != null && (
            <span className="figure">
              {percent(file.coverage)}%
              <span className="meter" aria-hidden="true">
                <i style={{ width: `${file.coverage}%` }} />
              </span>
            </span>
          )}
          <span className="figure size">{bytes(file.size)}</span>
        </>
      )}
    </>
  )
}
