export interface Item {
  sku: string
  name: string
  cents: number
  quantity: number
}

export const MOST_PER_ITEM = 20

/** What a customer is about to buy. */
export class Cart {
  private readonly items = new Map<string, Item>()

  /** Put an item in; the same article again adds up. */
  add(item: Item): this {
    if (item.quantity <= 0) throw new RangeError('quantity must be positive')
    const held = this.items.get(item.sku)
    const quantity = (held?.quantity ?? 0) + item.quantity
    if (quantity > MOST_PER_ITEM) throw new RangeError(`at most ${MOST_PER_ITEM} of one article`)
    this.items.set(item.sku, { ...item, quantity })
    return this
  }

  /** Take some or all of an article out. Returns how many are left. */
  remove(sku: string, quantity?: number): number {
    const held = this.items.get(sku)
    if (!held) return 0
    const left = quantity === undefined ? 0 : held.quantity - quantity
    if (left <= 0) {
      this.items.delete(sku)
      return 0
    }
    this.items.set(sku, { ...held, quantity: left })
    return left
  }

  get count(): number {
    let count = 0
    for (const item of this.items.values()) count += item.quantity
    return count
  }

  total(): number {
    return [...this.items.values()].reduce((sum, item) => sum + item.cents * item.quantity, 0)
  }

  isEmpty(): boolean {
    return this.items.size === 0
  }

  list(): Item[] {
    return [...this.items.values()].sort((a, b) => a.name.localeCompare(b.name))
  }
}
