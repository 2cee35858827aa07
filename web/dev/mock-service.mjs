/**
 * A service made of invented answers, to look at the page without the real one: `node web/dev/mock-service.mjs [port]`.
 * Serves the built page with the real content security policy, and plays one session after each trigger.
 */

import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BIG, COVERAGE, HISTORY, HOSTILE, MUTANTS, SOURCE, SUSPECTS, TREE } from './mock-data.mjs'
import { play, stepsOf } from './mock-session.mjs'

const port = Number(process.argv[2] ?? 5000)
const build = fileURLToPath(new URL('../../testwright/web_build', import.meta.url))
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
const STEP_MS = Number(process.env.STEP_MS ?? 500)

const REPOSITORIES = [
  { repositoryId: 'repo_big', name: 'monolith', createdAt: '2026-11-01T10:00:00Z' },
  { repositoryId: 'repo_hostile', name: '<b onclick=alert(1)>', createdAt: '2026-11-02T10:00:00Z' },
  { repositoryId: 'repo_1', name: 'storefront', createdAt: '2026-11-20T10:00:00Z' },
]
const sessions = new Map()

/** Tells what is due by now: a busy machine delays events, and loses none of their pace. */
function tick(session) {
  session.dueAt ??= Date.now()
  for (let next = nextOf(session); next && session.dueAt <= Date.now(); next = nextOf(session)) {
    session.events.push({ ...next, timestamp: new Date().toISOString() })
    session.dueAt += session.stepMs
  }
  for (const wake of session.readers) wake()
  if (nextOf(session)) setTimeout(() => tick(session), session.dueAt - Date.now())
  else session.dueAt = undefined
}

const nextOf = session => session.script[session.events.length]

function statusOf(session) {
  const last = session.events.at(-1)
  const terminal = session.events.length === session.script.length
  const failed = last?.summary?.failedTests ?? 0
  const cancelled = last?.type === 'generation_cancelled'
  const stoppedAfter = own =>
    session.events.lastIndexOf(own.at(-1)) <
    session.events.findLastIndex(({ type }) => type === 'generation_cancelled')
  const files = session.paths.map(path => {
    const own = session.events.filter(event => event.filePath === path)
    const end = own.find(event => event.type === 'test_generated' || event.type === 'file_failed')
    const stage = end
      ? end.type === 'test_generated'
        ? 'done'
        : 'failed'
      : stoppedAfter(own)
        ? 'cancelled'
        : own.length
          ? 'writing'
          : 'queued'
    return { path, status: 'processing', stage, attempt: 1, ...(end?.extra?.error && { error: end.error }) }
  })
  return {
    sessionId: session.id,
    repositoryId: session.repositoryId,
    hasFolder: true,
    applied: session.applied ?? [],
    repoBranch: 'main',
    writer: 'explorer',
    model: null,
    framework: 'vitest',
    status: cancelled ? 'cancelled' : terminal ? (failed ? 'partial' : 'completed') : 'processing',
    progress: last?.progress ?? 0,
    currentStep: last?.step ?? '',
    currentMessage: last?.message ?? '',
    round: last?.round ?? 1,
    totalFiles: session.paths.length,
    completedFiles: files.filter(file => file.stage === 'done').length,
    failedFiles: files.filter(file => file.stage === 'failed').length,
    createdAt: session.createdAt,
    startedAt: session.createdAt,
    completedAt: null,
    lastEventId: session.events.length,
    estimate: { secondsLow: 20, secondsHigh: 60 },
    summary: last?.summary ?? null,
    files,
  }
}

const beingWritten = filePath => ({
  type: 'draft_text',
  filePath,
  text: "describe('priceWithTax', () => {\n  it('adds the tax of the region', () => {\n    expect(priceWi",
})

function trigger(body) {
  const known = sessions.get(body.sessionId)
  if (known) return known
  const session = {
    id: body.sessionId ?? 'sess_123456',
    paths: body.files.map(file => file.path),
    script: [],
    events: [],
    readers: new Set(),
    tests: new Map(),
    stepMs: paceOf(body.options?.instructions),
    repositoryId: body.repositoryId,
    createdAt: new Date().toISOString(),
  }
  sessions.set(session.id, session)
  play(session, session.paths, 1)
  tick(session)
  return session
}

function paceOf(instructions) {
  if (instructions === 'slowly') return 8 * STEP_MS
  return Number(/^every (\d+) ms$/.exec(instructions)?.[1] ?? STEP_MS)
}

const DOCTOR = [
  { name: 'Python', status: 'ok', detail: '3.11.9' },
  { name: 'Sandbox', status: 'ok', detail: 'isolated, proved by 14 attacks' },
  {
    name: 'Node.js',
    status: 'warning',
    detail: 'Version 18 is too old for vitest 4.',
    fix: 'nvm install 20',
  },
  {
    name: 'Gemini key',
    status: 'failed',
    detail: 'No GOOGLE_API_KEY: the explorer writes the tests.',
    fix: 'export GOOGLE_API_KEY=…',
  },
]

function answer(method, path, body) {
  const [, , , id, sub, subId] = path.split('/')
  if (path === '/api/repositories' && method === 'POST')
    return body.path.startsWith('/')
      ? { repositoryId: 'repo_1', name: body.path.split('/').at(-1) }
      : refuse(
          400,
          'path must be absolute.',
          'Give the absolute path of a folder below one of TESTWRIGHT_ROOTS.',
        )
  if (path === '/api/repositories')
    return {
      repositories: process.env.EMPTY ? [] : REPOSITORIES,
      suggestions: [{ name: 'invoicing', path: 'examples/invoicing' }],
    }
  if (path.startsWith('/api/repositories/') && !sub)
    return (
      REPOSITORIES.find(({ repositoryId }) => repositoryId === id) ??
      refuse(404, 'There is no such repository.')
    )
  if (path.endsWith('/tree'))
    return {
      ...{ repositoryId: id, branch: 'main', frameworks: { typescript: 'jest', python: 'pytest' } },
      files: { repo_big: BIG, repo_hostile: HOSTILE }[id] ?? TREE,
    }
  if (path.endsWith('/history')) return { repositoryId: id, sessions: id === 'repo_1' ? HISTORY : [] }
  if (path.startsWith('/api/repositories/') && path.includes('/files/'))
    return { content: JSON.stringify({ devDependencies: { jest: '^30.0.0', typescript: '^5' } }) }
  if (path === '/api/frameworks')
    return {
      frameworks: [
        { name: 'pytest', languages: ['python'], available: true, detail: 'Brought along' },
        { name: 'unittest', languages: ['python'], available: true, detail: 'Part of Python' },
        { name: 'vitest', languages: ['javascript', 'typescript'], available: true, detail: 'Brought along' },
        { name: 'jest', languages: ['javascript', 'typescript'], available: true, detail: 'Brought along' },
      ],
    }
  if (path === '/api/models')
    return {
      models: [
        {
          provider: 'gemini',
          title: 'Google (Gemini)',
          model: 'gemini-3.8-flash',
          name: 'gemini:gemini-3.8-flash',
          usual: true,
          sendsTo: 'Google (Gemini)',
          configured: false,
          reason: 'GOOGLE_API_KEY is not set',
        },
      ],
    }
  if (path === '/api/doctor') return { checks: DOCTOR }
  if (path === '/api/spending') return { spentUsd: 1.2, underWayUsd: 0, dayUsd: 5, gainUsd: 0.05 }
  if (path === '/api/inngest/health')
    return { engine: 'embedded', reachable: true, queue: { pending: 0, processing: 1 } }
  if (path === '/api/estimate')
    return { estimatedTime: `${body.files.length * 15}s`, tokens: null, currency: null }
  if (path === '/api/inngest/trigger') {
    const session = trigger(body)
    return {
      sessionId: session.id,
      eventId: 'e',
      status: 'processing',
      totalFiles: body.files.length,
      estimatedTime: '60s',
    }
  }
  if (path === '/api/sessions')
    return { sessions: [...sessions.values()].reverse().map(statusOf), nextCursor: null }
  const session = sessions.get(path.startsWith('/api/inngest/status/') ? path.split('/')[4] : id)
  if (!session)
    return refuse(404, 'This session is gone, or is not yours.', 'All your sessions are listed at /sessions.')
  if (sub === 'cancel') {
    session.script.length = session.events.length
    session.script.push({
      ...session.events.at(-1),
      type: 'generation_cancelled',
      step: 'cancelled',
      message: 'Stopped',
      progress: 100,
      filePath: undefined,
      currentFile: undefined,
    })
    setTimeout(() => tick(session), 300)
    return { sessionId: session.id, status: 'processing' }
  }
  if (sub === 'retry') {
    const idle = session.events.length === session.script.length
    play(session, body.paths, session.events.at(-1).round + 1)
    if (idle) tick(session)
    return { sessionId: session.id }
  }
  if (sub === 'timeline') return { steps: stepsOf(session) }
  if (sub === 'files') return { sessionId: id, path: '', content: SOURCE }
  if (sub === 'apply') return applied(session, path.endsWith('/undo'))
  if (sub === 'tests' && !subId) return { tests: listed(session) }
  if (path.endsWith('/mutants')) return { testId: subId, mutants: MUTANTS }
  if (path.endsWith('/suspects')) return { testId: subId, suspects: SUSPECTS }
  if (method === 'PATCH') return patched(session, subId, body)
  if (sub === 'tests' && subId)
    return {
      ...listed(session).find(test => test.testId === subId),
      coverage: COVERAGE,
      dropped: [
        { name: 'tells the time', gate: 'is_stable', reason: 'Failed in 2 of 5 runs: expected 11, got 12.' },
        {
          name: 'repeats the first case',
          gate: 'earns_place',
          reason: 'Covers nothing the kept tests miss.',
        },
        {
          name: 'is defined',
          gate: 'asserts',
          reason: 'expect(priceWithTax).toBeDefined() holds whatever the code does.',
        },
      ],
    }
  return statusOf(session)
}

function listed(session) {
  const newest = new Map()
  for (const { generatedTest } of session.events)
    if (generatedTest) newest.set(generatedTest.filePath, generatedTest)
  return [...newest.values()].map(test => {
    const { round, decision } = session.tests.get(test.testId)
    return { ...test, revision: round, decision }
  })
}

function patched(session, testId, body) {
  const test = session.tests.get(testId)
  if (body.decision) test.decision = body.decision
  else {
    const broken = body.testCode?.includes('toBe(-1)')
    play(session, [test.path], session.events.at(-1).round + 1, broken)
    tick(session)
  }
  return listed(session).find(({ testId: id }) => id === testId)
}

function applied(session, undo) {
  const paths = listed(session)
    .filter(({ decision }) => decision !== 'rejected')
    .map(({ testFilePath }) => testFilePath)
  session.applied = undo ? [] : paths
  return { sessionId: session.id, changed: paths, unchanged: [], refused: [] }
}

function refuse(status, message, hint) {
  return { refused: { status, body: { success: false, message, error: { code: 'invalid_request', hint } } } }
}

function stream(request, response, id) {
  const session = sessions.get(id)
  const query = new URL(request.url, 'http://here').searchParams
  let sent = Number(request.headers['last-event-id'] ?? query.get('lastEventId') ?? 0)
  if (!session || (sent >= session.script.length && session.events.length === session.script.length)) {
    response.writeHead(session ? 204 : 404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' })
  response.write('retry: 2000\n\n')
  const pump = () => {
    while (sent < session.events.length) {
      sent += 1
      const event = session.events[sent - 1]
      response.write(`id: ${sent}\ndata: ${JSON.stringify(event)}\n\n`)
      // What a model is writing just now is no event, and has no number.
      if (event.type === 'file_analyzed')
        response.write(`data: ${JSON.stringify(beingWritten(event.filePath))}\n\n`)
    }
    if (sent === session.script.length) response.end()
  }
  session.readers.add(pump)
  request.on('close', () => session.readers.delete(pump))
  pump()
}

function page(path, response) {
  const wanted = normalize(join(build, path))
  const isFile = wanted.startsWith(build) && extname(wanted) && statSync(wanted, { throwIfNoEntry: false })
  const file = isFile ? wanted : join(build, 'index.html')
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'text/plain',
    'Content-Security-Policy': CSP,
  })
  response.end(readFileSync(file))
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://here')
  if (pathname.startsWith('/api/inngest/stream/')) return stream(request, response, pathname.split('/')[4])
  if (!pathname.startsWith('/api/')) return page(pathname, response)
  let text = ''
  request.on('data', part => {
    text += part
  })
  request.on('end', () => {
    const data = answer(request.method, pathname, text ? JSON.parse(text) : {})
    const { status = 200, body = { success: true, message: '', data } } = data.refused ?? {}
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  })
})
server.listen(port, '127.0.0.1', () => console.log(`http://localhost:${server.address().port}`))
