import { Button } from "@zimmer/ui/Button"
import { ConfirmDialog } from "@zimmer/ui/ConfirmDialog"
import { Dialog } from "@zimmer/ui/Dialog"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Menu, MenuItem, MenuRadioGroup, MenuRadioItem, MenuSeparator } from "@zimmer/ui/Menu"
import { toast } from "@zimmer/ui/Toast"
import { LogOut, UserRound } from "lucide-react"
import { useState } from "react"
import type { Sample } from "@/features/kit/samples"

/** What opens over the page; it opens in the theme of the page, not of the pane. */
export function Overlays({ t }: { t: Sample }) {
  const [open, setOpen] = useState<"dialog" | "confirm" | null>(null)
  const [theme, setTheme] = useState("light")
  const close = (stays: boolean) => !stays && setOpen(null)
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => setOpen("dialog")}>{t.dialog}</Button>
      <Button variant="danger" onClick={() => setOpen("confirm")}>
        {t.remove}
      </Button>
      <Button onClick={() => toast.success(t.toast)}>{t.toast}</Button>
      <Menu trigger={<Button>{t.menu}</Button>}>
        <MenuItem icon={<UserRound />}>{t.profile}</MenuItem>
        <MenuItem disabled>{t.long}</MenuItem>
        <MenuSeparator />
        <MenuRadioGroup value={theme} onValueChange={setTheme} label={t.theme}>
          <MenuRadioItem value="light">{t.light}</MenuRadioItem>
          <MenuRadioItem value="dark">{t.dark}</MenuRadioItem>
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuItem icon={<LogOut className="rtl:-scale-x-100" />} tone="bad">
          {t.signOut}
        </MenuItem>
      </Menu>
      <Dialog
        open={open === "dialog"}
        onOpenChange={close}
        title={t.dialog}
        description={t.hint}
        closeLabel={t.close}
      >
        <Field label={t.dialog}>{(ids) => <Input {...ids} dir="ltr" />}</Field>
        <Button variant="primary" onClick={() => setOpen(null)}>
          {t.pay}
        </Button>
      </Dialog>
      <ConfirmDialog
        open={open === "confirm"}
        onOpenChange={close}
        title={t.question}
        confirmLabel={t.remove}
        cancelLabel={t.cancel}
        onConfirm={() => setOpen(null)}
      >
        {t.consequence}
      </ConfirmDialog>
    </div>
  )
}
