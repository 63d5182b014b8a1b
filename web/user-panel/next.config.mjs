export { default } from "../next.config.base.mjs"
