// Stands in for styles, pictures and fonts: every class name is itself.
module.exports = new Proxy({}, { get: (_, name) => (name === '__esModule' ? false : String(name)) })
