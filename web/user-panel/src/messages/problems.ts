/** Our own sentence for everything that can go wrong. It does not compile while a code has none. */

import type { Code, Problem } from "@zimmer/api/problem"
import { count } from "@zimmer/ui/format"
import { fa } from "@/messages/fa"

type Facts = Problem["facts"]
type Sentence = string | ((facts: Facts) => string)

const NOTHING_LOST = "مبلغی از حساب شما کم نشده است."
const SIGN_IN_AGAIN =
  "نشست شما پایان یافت. دوباره وارد شوید تا از همین‌جا ادامه دهید؛ چیزی از دست نرفته است."
const OUR_FAULT = "این بخش اکنون پاسخ نمی‌دهد. مشکل از سمت ماست؛ کمی بعد دوباره تلاش کنید."
const GATEWAY_RESTS = fa.automation.reasons["gateway-paused"]
const GATEWAY_SILENT = `درگاه زرین‌پال پاسخ نداد. ${NOTHING_LOST} کمی بعد دوباره تلاش کنید.`

const DISCOUNT_UNKNOWN = "چنین کد تخفیفی نداریم. آن را دوباره نگاه کنید."
const DISCOUNT_REASONS: Record<string, string> = {
  unknown: DISCOUNT_UNKNOWN,
  "other-automation": "این کد تخفیف برای این اتوماسیون نیست.",
  "not-yet": "زمان این کد تخفیف هنوز نرسیده است.",
  ended: "زمان این کد تخفیف گذشته است.",
  "used-by-you": "این کد تخفیف را پیش‌تر به کار برده‌اید.",
  "used-up": "ظرفیت این کد تخفیف پر شده است.",
}

const SENTENCES: Record<Code, Sentence> = {
  "above-maximum": ({ max_tokens }) =>
    `این مقدار از سقف درگاه بیشتر است. بیشترین خرید ${amount(max_tokens)} توکن است.`,
  "account-deleted": "صاحب این حساب آن را حذف کرده است.",
  "adjustment-decided": "دربارهٔ این درخواست پیش‌تر تصمیم گرفته شده است.",
  "adjustment-expired": "مهلت این درخواست گذشته است.",
  "adjustment-not-found": "چنین درخواستی نیست.",
  "automation-not-added": "پیش از خرید توکن، این اتوماسیون را به حساب خود اضافه کنید.",
  "automation-not-found": "این اتوماسیون در بازار نیست. شاید سازنده آن را برداشته باشد.",
  "automation-unavailable": "خرید این اتوماسیون اکنون بسته است. توکن‌های شما سر جای خود است.",
  "bad-request": "این درخواست خوانده نشد. صفحه را تازه کنید و دوباره تلاش کنید.",
  "balance-below-zero": "موجودی برای این کار کافی نیست.",
  "below-minimum": ({ min_tokens }) =>
    `این مقدار از کمترین خرید کمتر است. کمترین خرید ${amount(min_tokens)} توکن است.`,
  "body-too-large": "آنچه فرستادید بزرگ‌تر از اندازهٔ مجاز است.",
  "code-invalid":
    "این کد درست نیست یا زمان آن گذشته است. کد تازه را وارد کنید؛ اگر باز هم نشد، ساعت گوشی را روی تنظیم خودکار بگذارید.",
  conflict: "این تغییر با وضعیت کنونی نمی‌خواند. صفحه را تازه کنید.",
  "daily-cap-reached": "سقف مصرف امروز پر شد. ربات از ساعت ۰۰:۰۰ دوباره کار می‌کند.",
  "database-unavailable": OUR_FAULT,
  "discount-refused": ({ reason }) => DISCOUNT_REASONS[String(reason)] ?? DISCOUNT_UNKNOWN,
  "email-taken": "با این ایمیل پیش‌تر حساب ساخته‌اند. اگر حساب از شماست، وارد شوید.",
  "email-verified": "ایمیل شما پیش‌تر تأیید شده است.",
  forbidden: "اجازهٔ این کار را ندارید.",
  "gateway-refused": `درگاه بانکی این پرداخت را نپذیرفت. ${NOTHING_LOST} کمی بعد دوباره تلاش کنید.`,
  "gateway-unavailable": ({ is_paused }) => (is_paused ? GATEWAY_RESTS : GATEWAY_SILENT),
  "higher-role": "این کار روی حساب همکاران فقط با مدیر است.",
  "hold-ended": "توکن‌های کنارگذاشته پیش از این تعیین تکلیف شده‌اند.",
  "hold-exceeded": "بیش از توکن‌های کنارگذاشته است.",
  "hold-not-found": "چنین توکن کنارگذاشته‌ای نیست.",
  "idempotency-conflict": `این خرید تغییر کرده است. قیمت تازه را ببینید و ادامه دهید؛ ${NOTHING_LOST}`,
  "in-progress": "همین درخواست در حال انجام است. چند لحظه صبر کنید.",
  "insufficient-tokens": ({ needed, available }) =>
    `این کار ${amount(needed)} توکن می‌خواهد و موجودی شما ${amount(available)} توکن است.`,
  "internal-error": OUR_FAULT,
  "key-name-taken": "کلیدی با این نام هست.",
  "last-manager": "آخرین مدیر باید بماند.",
  "link-invalid": "این پیوند به کار رفته یا زمان آن گذشته است. پیوند تازه‌ای بخواهید.",
  "malformed-json": "این درخواست خوانده نشد. صفحه را تازه کنید و دوباره تلاش کنید.",
  "method-not-allowed": "این کار در این نشانی شدنی نیست.",
  "not-allowed": "نقش شما اجازهٔ این کار را ندارد.",
  "not-found": "آنچه می‌خواهید اینجا نیست.",
  "not-refundable": "این پرداخت بازپرداختی ندارد.",
  "not-reversible": "این پرداخت را نمی‌توان برگرداند.",
  "not-signed-in": SIGN_IN_AGAIN,
  "notification-not-found": "این اعلان دیگر اینجا نیست.",
  "openai-key-not-found": "چنین کلیدی نیست.",
  "origin-refused": "این صفحه از نشانی دیگری باز شده است. از نشانی اصلی زیمر وارد شوید.",
  "own-account": "این کار را نمی‌توانید روی حساب خودتان انجام دهید.",
  "own-request": "دربارهٔ درخواست شما باید فرد دیگری تصمیم بگیرد.",
  "package-not-found": "این بسته دیگر فروخته نمی‌شود.",
  "package-only": "این اتوماسیون فقط در بسته‌های آماده فروخته می‌شود. یکی از بسته‌ها را برگزینید.",
  "package-taken": "بسته‌ای با این اندازه هست.",
  "password-wrong": "گذرواژه درست نیست.",
  "payment-not-found": "پرداختی با این نشانی پیدا نشد.",
  "payment-not-in-review": "این پرداخت در حال بررسی نیست.",
  "payment-required": "برای این کار باید توکن بخرید.",
  "queue-unavailable": OUR_FAULT,
  "quote-expired":
    "مهلت این قیمت تمام شد. قیمت تازه را ببینید و ادامه دهید؛ مبلغی از شما کم نشده است.",
  "quote-invalid": `این قیمت دیگر معتبر نیست. قیمت تازه را ببینید و ادامه دهید؛ ${NOTHING_LOST}`,
  "quote-used": `با این قیمت پیش‌تر خریدی آغاز شده است. آن را در پرداخت‌ها ببینید؛ ${NOTHING_LOST}`,
  "receipt-not-found": "چنین رسیدی نیست. شماره را دوباره با رسید بسنجید.",
  "receipt-not-ready": "رسید این خرید پس از افزوده شدن توکن‌ها آماده می‌شود.",
  "reconciliation-run-not-found": "چنین گزارشی نیست.",
  "route-not-found": "آنچه می‌خواهید اینجا نیست.",
  "service-token-invalid": "این درخواست از سوی اتوماسیون پذیرفته نشد.",
  "session-not-found": "چنین نشستی در حساب شما نیست.",
  "session-revoked": "برای ایمنی حساب، این نشست بسته شد. دوباره وارد شوید.",
  "step-up-required": "برای این کار کد برنامهٔ رمزساز را وارد کنید.",
  "ticket-changed": "پس از باز شدن این صفحه پیام تازه‌ای آمده است. آن را بخوانید و دوباره بفرستید.",
  "ticket-closed": "این تیکت بسته شده است. برای نوشتن، آن را دوباره باز کنید.",
  "ticket-not-assigned": "این تیکت به شما سپرده نشده است.",
  "ticket-not-found": "تیکتی با این نشانی پیدا نشد.",
  "token-expired": SIGN_IN_AGAIN,
  "token-invalid": SIGN_IN_AGAIN,
  "tokens-would-be-lost": ({ tokens }) =>
    `با حذف حساب ${amount(tokens)} توکن از دست می‌رود. شمار را ببینید و دوباره تأیید کنید.`,
  "too-many-open-payments":
    "چند پرداخت باز دارید. نخست یکی از آن‌ها را کامل یا لغو کنید، سپس خرید تازه را آغاز کنید.",
  "too-many-requests": ({ retry_after_s }) =>
    `شمار درخواست‌ها زیاد شد. ${waitFor(retry_after_s)} دوباره تلاش کنید.`,
  "too-many-rows": "این بازه برای یک فایل بزرگ است. بازهٔ کوتاه‌تری برگزینید.",
  "twofa-mandatory": "حساب کارکنان بدون ورود دومرحله‌ای نمی‌شود.",
  "twofa-off": "ورود دومرحله‌ای روشن نیست.",
  "twofa-on": "ورود دومرحله‌ای روشن است.",
  unavailable: OUR_FAULT,
  unprocessable: "این درخواست شدنی نیست. آنچه نوشته‌اید را بازبینی کنید.",
  unreachable: "به زیمر دسترسی نداریم. اتصال اینترنت خود را بررسی کنید و دوباره تلاش کنید.",
  "user-automation-inactive": "این اتوماسیون در حساب شما خاموش است.",
  "user-automation-not-found": "این اتوماسیون در حساب شما نیست.",
  "user-not-found": "چنین حسابی نیست.",
  "validation-failed": "بعضی خانه‌ها درست پر نشده است. آن‌ها را بازبینی کنید.",
  "wrong-credentials": "ایمیل یا گذرواژه درست نیست.",
}

/** What a customer reads about this problem. */
export function sentenceOf(problem: Problem): string {
  const sentence = SENTENCES[problem.code]
  return typeof sentence === "string" ? sentence : sentence(problem.facts)
}

function amount(fact: unknown): string {
  return count(Number(fact))
}

function waitFor(seconds: unknown): string {
  if (typeof seconds !== "number") return "کمی بعد"
  return seconds < 90
    ? `${count(Math.max(1, seconds))} ثانیهٔ دیگر`
    : `${count(Math.ceil(seconds / 60))} دقیقهٔ دیگر`
}
