/**
 * The editor itself, in a chunk of its own. It stands in a shadow tree: there its styles are sheets that a script makes,
 * which the content security policy allows, and not style elements, which it refuses.
 */

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { python } from '@codemirror/lang-python'
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language'
import { EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'

interface EditorOptions {
  text: string
  path: string
  label: string
  onChange: (text: string) => void
  /** Mod-Enter. */
  onDone: () => void
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null], color: 'var(--passing)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--partial)' },
  { tag: tags.number, color: 'var(--needs-you)' },
  { tag: tags.comment, color: 'var(--ink-2)' },
])
const LOOKS = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--sheet)' },
  '&.cm-focused': { outline: 'none' },
  // The policy refuses the style attribute by which CodeMirror would set it.
  '.cm-content': { tabSize: '4' },
  '.cm-scroller': { font: '12.5px / 20px var(--mono)', overflow: 'auto' },
  '.cm-gutters': { color: 'var(--ink-2)', backgroundColor: 'var(--sheet)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--chosen-strong)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--tint-partial)' },
})

export function openEditor(host: HTMLElement, options: EditorOptions): () => void {
  const { text, path, label, onChange, onDone } = options
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const isPython = path.endsWith('.py')
  const done = () => {
    onDone()
    return true
  }
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      highlightActiveLine(),
      indentUnit.of(isPython ? '    ' : '  '),
      isPython ? python() : javascript({ typescript: true, jsx: /x$/.test(path) }),
      syntaxHighlighting(COLOURS),
      LOOKS,
      EditorView.contentAttributes.of({ 'aria-label': label }),
      keymap.of([
        { key: 'Mod-Enter', run: done },
        ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
        ...historyKeymap,
        // Escape, then Tab, leaves: the editor's own way out for the keyboard.
        indentWithTab,
      ]),
      EditorView.updateListener.of(update => {
        if (update.docChanged) onChange(update.state.doc.toString())
      }),
    ],
  })
  const view = new EditorView({ state, root, parent: root })
  view.focus()
  return () => view.destroy()
}
