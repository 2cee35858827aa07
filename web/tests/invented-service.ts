/** The invented service of `web/dev`, asked from within a test, with every text noted that it said. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'

export class InventedService {
  readonly said = new Set<string>()
  readonly #child: ChildProcess
  readonly #address: string

  private constructor(child: ChildProcess, address: string) {
    this.#child = child
    this.#address = address
  }

  static async start(): Promise<InventedService> {
    const script = join(import.meta.dirname, '../dev/mock-service.mjs')
    const child = spawn(process.execPath, [script, '0'], { env: { ...process.env, STEP_MS: '5' } })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    return new InventedService(child, String(line).trim())
  }

  stop(): void {
    this.#child.kill()
  }

  readonly fetch = async (path: string, { method = 'GET', body }: RequestInit = {}): Promise<Response> => {
    const asked = request(this.#address + path, { method })
    asked.end(body)
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    let text = ''
    for await (const part of answer) text += part
    this.#note(JSON.parse(text))
    return new Response(text, { status: answer.statusCode ?? 0 })
  }

  /** As much of an EventSource as the hook needs. */
  readonly open = (path: string): EventSource => {
    const source = {
      readyState: 0,
      close: () => asked.destroy(),
    } as unknown as { -readonly [Name in keyof EventSource]: EventSource[Name] }
    const asked = get(this.#address + path, answer => {
      let text = ''
      source.onopen?.call(source as EventSource, new Event('open'))
      answer.on('data', (part: Buffer) => {
        const blocks = (text + part).split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) {
          const [, lastEventId = '', data] = /^id: (.*)\ndata: (.*)$/.exec(block) ?? []
          if (!data) continue
          this.#note(JSON.parse(data))
          source.onmessage?.call(source as EventSource, new MessageEvent('message', { data, lastEventId }))
        }
      })
      answer.on('end', () => {
        source.readyState = 2
        source.onerror?.call(source as EventSource, new Event('error'))
      })
    })
    asked.on('error', () => {})
    return source as EventSource
  }

  #note(value: unknown): void {
    if (typeof value === 'string') for (const line of value.split('\n')) this.said.add(line.trim())
    else if (typeof value === 'object' && value !== null)
      for (const part of Object.values(value)) this.#note(part)
  }
}
