import { Toaster as Sonner, toast } from "sonner"
import { useTheme } from "./Theme"

export { toast }

/** The place where a finished action says so for a moment, above the phone's navigation. */
export function Toaster({ dir = "rtl", label }: { dir?: "rtl" | "ltr"; label?: string }) {
  const [theme] = useTheme()
  return (
    <Sonner
      dir={dir}
      theme={theme}
      position="bottom-center"
      containerAriaLabel={label}
      offset={24}
      mobileOffset={{ bottom: "calc(5rem + env(safe-area-inset-bottom))" }}
      toastOptions={{ unstyled: true, classNames: looks }}
    />
  )
}

const looks = {
  toast:
    "flex w-full items-center gap-3 rounded-md border border-line bg-card p-4 text-sm text-ink shadow-float",
  title: "font-medium",
  description: "text-ink-soft",
  icon: "shrink-0 text-good-ink",
  actionButton:
    "ms-auto min-h-11 shrink-0 rounded-md px-3 text-lapis-ink font-medium hover:bg-lapis-soft",
}
