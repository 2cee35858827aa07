// `./price.js` may mean price.ts, as it does for TypeScript.
module.exports = (request, options) => {
  try {
    return options.defaultResolver(request, options)
  } catch (error) {
    if (!/^\.{1,2}\/.*\.[cm]?jsx?$/.test(request)) throw error
    return options.defaultResolver(request.replace(/\.([cm]?)js(x?)$/, ''), options)
  }
}
