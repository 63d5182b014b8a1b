/** How both panels are built: a static export, no server of its own. The address of the API comes from /config.js,
 * so one build serves every stage. Built by webpack, since Turbopack starts a page by an inline script, which our
 * Content-Security-Policy refuses. Types are checked by `npm run types`, once for all packages.
 */
export default {
  output: "export",
  trailingSlash: true,
  reactStrictMode: true,
  transpilePackages: ["@zimmer/api", "@zimmer/panel", "@zimmer/ui"],
  images: { unoptimized: true },
  typescript: { ignoreBuildErrors: true },
}
