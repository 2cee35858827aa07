import { words } from '../words'
import { activeKeys, useKeysOn } from './keys'
import { Sheet } from './sheet'

/** Which keys do what on this page, and the switch for them. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const keys = activeKeys()
  return (
    <Sheet title={words.keys.title} onClose={onClose}>
      <KeySwitch />
      <dl className="keys">
        <Key name={words.keys.paletteKeys} label={words.keys.palette} />
        <Key name={words.keys.startKeys} label={words.keys.start} />
        {keys.map(({ key, label }) => (
          <Key key={key} name={words.keys.names[key] ?? key.toUpperCase()} label={label} />
        ))}
      </dl>
    </Sheet>
  )
}

export function KeySwitch() {
  const [on, switchKeys] = useKeysOn()
  return (
    <div>
      <label className="tick">
        <input type="checkbox" checked={on} onChange={event => switchKeys(event.target.checked)} />
        {words.keys.single}
      </label>
      <p className="dim">{words.keys.singleHint}</p>
    </div>
  )
}

function Key({ name, label }: { name: string; label: string }) {
  return (
    <div>
      <dt>
        <kbd>{name}</kbd>
      </dt>
      <dd>{label}</dd>
    </div>
  )
}
