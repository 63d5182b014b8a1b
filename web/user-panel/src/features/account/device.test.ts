import { describe, expect, it } from "vitest"
import { deviceOf } from "@/features/account/device"

const ON_WINDOWS =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
const ON_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15"

describe("a device", () => {
  it.each([
    [`${ON_WINDOWS} Chrome/140.0.0.0 Safari/537.36`, "کروم در ویندوز"],
    [`${ON_WINDOWS} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, "اج در ویندوز"],
    [
      "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
      "فایرفاکس در لینوکس",
    ],
    [`${ON_IPHONE} Version/19.0 Mobile/15E148 Safari/604.1`, "سافاری در آیفون"],
    [
      "Mozilla/5.0 (Linux; Android 15; SM-S921B) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
      "مرورگر سامسونگ در اندروید",
    ],
    ["curl/8.5.0", "curl"],
    ["", "دستگاه ناشناس"],
    [null, "دستگاه ناشناس"],
  ])("%s is %s", (userAgent, name) => expect(deviceOf(userAgent)).toBe(name))
})
