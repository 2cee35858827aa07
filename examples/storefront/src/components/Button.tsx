import type { ReactNode } from 'react'

export interface ButtonProps {
  children: ReactNode
  variant?: 'primary' | 'quiet' | 'danger'
  busy?: boolean
  disabled?: boolean
  onPress?: () => void
}

export function Button({ children, variant = 'primary', busy = false, disabled = false, onPress }: ButtonProps) {
  return (
    <button type="button" className={`button button-${variant}`} disabled={disabled || busy} onClick={onPress}>
      {busy ? 'One moment…' : children}
    </button>
  )
}
