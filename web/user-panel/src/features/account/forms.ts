/** What may be typed into the account's forms, and what it becomes. The API has the last word. */

import { latinDigits, persianLetters } from "@zimmer/ui/format"
import * as z from "zod/mini"
import { fa } from "@/messages/fa"

const text = fa.account
const SHORTEST_PASSWORD = 12
const LONGEST_PASSWORD = 128

const email = z.pipe(
  z.pipe(
    z.string(),
    z.transform((typed: string) => latinDigits(typed).trim()),
  ),
  z.string().check(z.regex(/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/, text.emailWrong), z.maxLength(255)),
)

const phone = z.pipe(
  z.pipe(
    z.string(),
    z.transform((typed: string) =>
      latinDigits(typed)
        .replace(/[\s-]/g, "")
        .replace(/^(\+98|0098)/, "0"),
    ),
  ),
  z.string().check(z.regex(/^(09\d{9})?$/, text.phoneWrong)),
)

export const signInForm = z.object({
  email,
  password: z.string().check(z.minLength(1, text.passwordMissing)),
})

export const signUpForm = z.object({
  name: z.pipe(
    z.pipe(
      z.string(),
      z.transform((typed: string) => persianLetters(typed).trim()),
    ),
    z.string().check(z.minLength(1, text.nameMissing), z.maxLength(120, text.nameTooLong)),
  ),
  email,
  phone_number: phone,
  password: z
    .string()
    .check(
      z.minLength(SHORTEST_PASSWORD, text.passwordShort),
      z.maxLength(LONGEST_PASSWORD, text.passwordLong),
    ),
})

export type SignInForm = z.infer<typeof signInForm>
export type SignUpForm = z.infer<typeof signUpForm>
