/** The session's suites as files: all that nobody rejected, as they stand now. */
export function TakeAway({ sessionId }: { sessionId: string }) {
  const address = `/api/sessions/${encodeURIComponent(sessionId)}/export`
  return (
    <>
      <a className="button" href={`${address}?format=zip`} download>
        Zip
      </a>
      <a
        className="button"
        href={`${address}?format=patch`}
        download
        title="git apply takes it, in the repository's folder"
      >
        Patch
      </a>
    </>
  )
}
