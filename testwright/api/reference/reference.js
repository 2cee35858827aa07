// Shows /api/openapi.json to people. Text nodes only: nothing from the document is ever read as HTML.
'use strict'

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children.filter((child) => child !== null))
  return made
}

const nameOf = (reference) => reference.split('/').pop()

// Parts of a sentence each: one full stop between them, and no Markdown.
const sentences = (...parts) => parts.filter(Boolean).map((part) => part.replace(/\.$/, '').replaceAll('`', '')).join('. ')

function typeOf(schema, schemas) {
  if (!schema) return 'anything'
  if (schema.$ref) return typeOf(schemas[nameOf(schema.$ref)], schemas)
  if (schema.anyOf) return schema.anyOf.map((part) => typeOf(part, schemas)).join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items, schemas)}`
  if (schema.format === 'date-time') return 'time'
  return schema.type || 'anything'
}

// One row a field, nested ones with their whole path.
function fieldsOf(schema, schemas, above = '', depth = 0) {
  if (!schema || depth > 6) return []
  if (schema.$ref) return fieldsOf(schemas[nameOf(schema.$ref)], schemas, above, depth + 1)
  if (schema.anyOf) return schema.anyOf.flatMap((part) => fieldsOf(part, schemas, above, depth + 1))
  if (schema.type === 'array') return fieldsOf(schema.items, schemas, `${above}[]`, depth + 1)
  return Object.entries(schema.properties || {}).flatMap(([name, field]) => {
    const path = above ? `${above}.${name}` : name
    const required = (schema.required || []).includes(name)
    return [{ path, field, required }, ...fieldsOf(field, schemas, path, depth + 1)]
  })
}

function limitsOf(field) {
  const parts = (field.anyOf || [field]).flatMap((part) => [
    part.minimum !== undefined && `at least ${part.minimum}`,
    part.maximum !== undefined && `at most ${part.maximum}`,
    part.maxLength !== undefined && `at most ${part.maxLength} characters`,
    part.pattern && `matches ${part.pattern}`,
  ])
  if (field.default !== undefined && field.default !== null) parts.push(`default ${JSON.stringify(field.default)}`)
  return parts.filter(Boolean).join(', ')
}

function fieldTable(schema, schemas) {
  const rows = fieldsOf(schema, schemas).map(({ path, field, required }) =>
    element('tr', {},
      element('td', {}, element('code', {}, path)),
      element('td', {}, typeOf(field, schemas)),
      element('td', {}, sentences(required ? 'required' : '', field.description, limitsOf(field)))))
  return rows.length ? element('table', {}, element('tbody', {}, ...rows)) : null
}

function parameterTable(parameters) {
  const rows = parameters.map((parameter) =>
    element('tr', {},
      element('td', {}, element('code', {}, parameter.name)),
      element('td', {}, parameter.in),
      element('td', {}, sentences(parameter.required ? 'required' : '', parameter.description))))
  return element('table', {}, element('tbody', {}, ...rows))
}

const example = (content) =>
  content && content.example !== undefined
    ? element('pre', {}, typeof content.example === 'string' ? content.example : JSON.stringify(content.example, null, 2))
    : null

function contentOf(content, schemas) {
  const [type, body] = Object.entries(content || {})[0] || []
  if (!type) return []
  return [type === 'application/json' ? null : element('p', {}, element('code', {}, type)), fieldTable(body.schema, schemas), example(body)]
}

function operationSection(method, path, operation, schemas) {
  const section = element('section', { id: `${method}-${path}` },
    element('h2', {}, element('span', { className: 'method' }, method.toUpperCase()), element('code', {}, path)),
    element('p', {}, sentences(operation.summary, operation.description)))
  if (operation.parameters) section.append(element('h3', {}, 'Parameters'), parameterTable(operation.parameters))
  if (operation.requestBody) {
    section.append(element('h3', {}, 'Body'), ...contentOf(operation.requestBody.content, schemas).filter(Boolean))
  }
  const errors = []
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (Number(status) >= 400) { errors.push(element('tr', {}, element('td', {}, status), element('td', {}, answer.description))); continue }
    section.append(element('h3', {}, `${status} ${answer.description || ''}`), ...contentOf(answer.content, schemas).filter(Boolean))
  }
  section.append(element('h3', {}, 'Errors'), element('table', {}, element('tbody', {}, ...errors)))
  return section
}

function show(reference) {
  const schemas = reference.components.schemas
  const contents = document.getElementById('contents')
  const operations = document.getElementById('operations')
  const groups = new Map()
  for (const [path, methods] of Object.entries(reference.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const group = (operation.tags || ['other'])[0]
      groups.set(group, [...(groups.get(group) || []), { path, method, operation }])
    }
  }
  for (const [group, members] of groups) {
    contents.append(element('li', { className: 'group' }, group))
    for (const { path, method, operation } of members) {
      const link = element('a', { href: `#${encodeURIComponent(`${method}-${path}`)}` }, `${method.toUpperCase()} ${path}`)
      contents.append(element('li', {}, link))
      operations.append(operationSection(method, path, operation, schemas))
    }
  }
  document.getElementById('about').textContent = sentences(reference.info.description, `Version ${reference.info.version}`)
}

fetch('/api/openapi.json')
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => { document.getElementById('about').textContent = `The reference could not be read: ${error.message}. Reload the page.` })
