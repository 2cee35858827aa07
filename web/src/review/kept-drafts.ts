/** What somebody is editing outlives a reload of the page, not the tab. */

const key = (testId: string) => `testwright.edit.${testId}`

export function keptDraft(testId: string): string | null {
  try {
    return sessionStorage.getItem(key(testId))
  } catch {
    return null
  }
}

export function keepDraft(testId: string, text: string): void {
  try {
    sessionStorage.setItem(key(testId), text)
  } catch {
    // Storage is full or switched off: the text lives as long as the page does.
  }
}

export function forgetDraft(testId: string): void {
  try {
    sessionStorage.removeItem(key(testId))
  } catch {
    // Nothing was kept either.
  }
}
