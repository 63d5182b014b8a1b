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

const newPassword = z
  .string()
  .check(
    z.minLength(SHORTEST_PASSWORD, text.passwordShort),
    z.maxLength(LONGEST_PASSWORD, text.passwordLong),
  )

const name = z.pipe(
  z.pipe(
    z.string(),
    z.transform((typed: string) => persianLetters(typed).trim()),
  ),
  z.string().check(z.minLength(1, text.nameMissing), z.maxLength(120, text.nameTooLong)),
)

const password = z.string().check(z.minLength(1, text.passwordMissing))

export const signInForm = z.object({
  email,
  password,
})

export const signUpForm = z.object({
  name,
  email,
  phone_number: phone,
  password: newPassword,
})

export const forgotForm = z.object({ email })

export const resetForm = z.object({ password: newPassword })

/** The password is asked for when the number is another one; see `ProfileCard`. */
export const profileForm = z.object({ name, phone_number: phone, password: z.string() })

export const emailForm = z.object({ email, password })

export const passwordForm = z.object({ current: password, new: newPassword })

export const leavingForm = z.object({ password })

export type SignInForm = z.infer<typeof signInForm>
export type SignUpForm = z.infer<typeof signUpForm>
export type ForgotForm = z.infer<typeof forgotForm>
export type ResetForm = z.infer<typeof resetForm>
export type ProfileForm = z.infer<typeof profileForm>
export type EmailForm = z.infer<typeof emailForm>
export type PasswordForm = z.infer<typeof passwordForm>
export type LeavingForm = z.infer<typeof leavingForm>
