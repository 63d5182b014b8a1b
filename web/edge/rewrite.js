// The one rule by which an address of a panel becomes a file of its export. It runs as a CloudFront function
// (cloudfront-js-2.0) before S3 is asked, and in web/serve.mjs on a developer's machine.
//
// An export has one file for a page with an id in its path: automations/[id]/tokens/index.html serves
// /automations/12/tokens/. The query is not part of the uri, so it survives whatever happens here.
// A page without its closing slash is served as it stands: a redirect would cost a poor connection one more trip.

// biome-ignore lint/correctness/noUnusedVariables: the edge calls it by name
function handler(event) {
  const request = event.request
  request.uri = fileOf(request.uri)
  return request
}

function fileOf(uri) {
  const page = uri.replace(/^\/automations\/[0-9]+(?=\/|$)/, "/automations/[id]")
  if (page.endsWith("/")) return `${page}index.html`
  const name = page.slice(page.lastIndexOf("/") + 1)
  return name.includes(".") ? page : `${page}/index.html`
}
