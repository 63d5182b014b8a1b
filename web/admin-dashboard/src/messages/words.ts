/** What the parts that both panels have say here. */

import type { Words } from "@zimmer/panel/words"
import { code } from "@/messages/account"
import { en } from "@/messages/en"
import { sentenceOf } from "@/messages/problems"

const { retry, unreachableTitle, requestNumber, requestNumberCopy, copied } = en.common
const { account, me, signOut, theme, themes } = en.nav

export const words: Words = {
  sentenceOf,
  ...{ retry, unreachableTitle, requestNumber, requestNumberCopy, copied },
  ...{ account, me, signOut, theme, themes },
  code,
}
