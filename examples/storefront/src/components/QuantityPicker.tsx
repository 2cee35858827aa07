import { useState } from 'react'

export interface QuantityPickerProps {
  initial?: number
  most?: number
  onChange?: (quantity: number) => void
}

/** Choose how many, between one and what is in stock. */
export function QuantityPicker({ initial = 1, most = 5, onChange }: QuantityPickerProps) {
  const [quantity, setQuantity] = useState(Math.min(Math.max(1, initial), most))

  function change(next: number) {
    setQuantity(next)
    onChange?.(next)
  }

  if (most < 1) return <p>Sold out</p>
  return (
    <div role="group" aria-label="Quantity">
      <button type="button" aria-label="Fewer" disabled={quantity <= 1} onClick={() => change(quantity - 1)}>
        −
      </button>
      <output>{quantity}</output>
      <button type="button" aria-label="More" disabled={quantity >= most} onClick={() => change(quantity + 1)}>
        +
      </button>
      {quantity === most && <p>That is all we have.</p>}
    </div>
  )
}
