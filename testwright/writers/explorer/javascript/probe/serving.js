// A real server on this machine for code that asks one, where tests may: what it was asked is a part of what is seen.
const served = { url: '', asked: [], sent: [], status: 200, body: null }

async function startServing() {
  if (!plan.serves) return
  const listener = createServer(async (request, response) => {
    served.asked.push(`${request.method} ${request.url}`)
    let text = ''
    for await (const chunk of request) text += chunk
    if (text) served.sent.push(text)
    const body = typeof served.body === 'string' ? served.body : JSON.stringify(served.body)
    response.writeHead(served.status, { 'content-type': 'application/json', connection: 'close' }).end(body)
  })
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve))
  listener.unref()
  served.url = `http://127.0.0.1:${listener.address().port}`
}

const isServed = (job) => plan.serves && job.target.fetches

// Whatever asks somebody else than our server asks in vain.
const asksOurServer = (job) => JSON.stringify([job.args, job.steps]).includes('"address"')

function serveFor(job) {
  const { status, body } = answersOf(job.target)[job.answer ?? 0]
  Object.assign(served, { asked: [], sent: [], status, body: decode(body, []) })
  return () => {
    job.served = { asked: served.asked, sent: served.sent }
  }
}

const IS_ADDRESS = /url|uri|base|endpoint|origin|address|server|^host$|api/i

// Addresses of the server by the name of what is wanted: all of it, or one that only begins with it.
function addressesFor(name) {
  if (!plan.serves || !IS_ADDRESS.test(name)) return []
  return ['', '/items/1'].map((v) => ({ $: 'address', v }))
}
