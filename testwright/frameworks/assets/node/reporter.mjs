// Hands what node:test tells of each test to the launcher, which lives in the same process. Prints nothing.
export default async function* heard(events) {
  for await (const event of events) {
    globalThis.__testwright_heard__?.(event)
    yield ''
  }
}
