/** What the parts that both panels have say here. */

import type { Words } from "@zimmer/panel/words"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"

const { retry, unreachableTitle, requestNumber, requestNumberCopy, copied } = fa.common
const { account, me, signOut, theme, themes } = fa.nav

export const words: Words = {
  sentenceOf,
  ...{ retry, unreachableTitle, requestNumber, requestNumberCopy, copied },
  ...{ account, me, signOut, theme, themes },
  code: fa.account.code,
}
