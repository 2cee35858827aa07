export interface Product {
  sku: string
  name: string
  cents: number
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

/** Ask the shop for one product. Throws ApiError, with status 404 for one that is not there. */
export async function fetchProduct(sku: string, base = 'https://shop.example'): Promise<Product> {
  if (!/^[a-z0-9-]+$/.test(sku)) throw new ApiError(400, `not an article number: ${sku}`)
  const response = await fetch(`${base}/products/${sku}`)
  if (response.status === 404) throw new ApiError(404, `no such article: ${sku}`)
  if (!response.ok) throw new ApiError(response.status, 'the shop is not answering')
  return (await response.json()) as Product
}

/** The address of a search, with only the filters that are set. */
export function searchUrl(query: string, filters: { maxCents?: number; inStock?: boolean } = {}): string {
  const parameters = new URLSearchParams({ q: query.trim() })
  if (filters.maxCents !== undefined) parameters.set('max', String(filters.maxCents))
  if (filters.inStock) parameters.set('stock', '1')
  return `/search?${parameters}`
}
