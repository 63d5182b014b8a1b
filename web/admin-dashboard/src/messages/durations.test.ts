import { expect, test } from "vitest"
import { lasted } from "@/messages/durations"

test.each([
  [0, "0 s"],
  [-4, "0 s"],
  [3.9, "3 s"],
  [60, "1 min"],
  [245, "4 min 5 s"],
  [7_200, "2 h"],
  [7_205, "2 h"],
  [93_600, "1 d 2 h"],
])("%d seconds are %s", (seconds, words) => expect(lasted(seconds)).toBe(words))
