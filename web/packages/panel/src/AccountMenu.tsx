import { asProblem, type Problem } from "@zimmer/api/problem"
import { type Me, signOut } from "@zimmer/api/session"
import { Button } from "@zimmer/ui/Button"
import { Menu, MenuItem, MenuRadioGroup, MenuRadioItem, MenuSeparator } from "@zimmer/ui/Menu"
import { useTheme } from "@zimmer/ui/Theme"
import { LogOut, SunMoon, UserRound } from "lucide-react"
import { type ReactNode, useState } from "react"
import { useWords } from "./words"

type Props = {
  user: Me | null
  about?: ReactNode
  /** Places to go, of this panel alone. */
  children?: ReactNode
}

/** The account and the look of the panel; a visitor has only the look. */
export function AccountMenu({ user, about, children }: Props) {
  const words = useWords()
  const [problem, setProblem] = useState<Problem | null>(null)
  const leave = (event: Event) => {
    event.preventDefault() // the menu stays until the API knows
    signOut().catch((error) => setProblem(asProblem(error)))
  }
  return (
    <Menu trigger={<Trigger isMember={user !== null} />}>
      {user && (
        <>
          <div className="max-w-64 px-3 py-2 text-sm">
            <span className="block font-semibold text-ink">{user.name}</span>
            <bdi dir="ltr" className="block break-all text-ink-soft text-sm">
              {user.email}
            </bdi>
            {about}
          </div>
          <MenuSeparator />
          {children}
        </>
      )}
      <ThemeChoice />
      {user && (
        <>
          <MenuSeparator />
          <MenuItem icon={<LogOut size={18} className="rtl:-scale-x-100" />} onSelect={leave}>
            {words.signOut}
          </MenuItem>
          {problem && (
            <p role="alert" className="max-w-64 px-3 py-2 text-bad-ink text-sm">
              {words.sentenceOf(problem)}
            </p>
          )}
        </>
      )}
    </Menu>
  )
}

function Trigger({ isMember, ...rest }: { isMember: boolean }) {
  const words = useWords()
  return (
    <Button
      {...rest}
      variant="quiet"
      aria-label={isMember ? words.account : words.theme}
      icon={isMember ? <UserRound size={20} /> : <SunMoon size={20} />}
    >
      {isMember && <span className="max-sm:sr-only">{words.me}</span>}
    </Button>
  )
}

function ThemeChoice() {
  const words = useWords()
  const [choice, choose] = useTheme()
  return (
    <MenuRadioGroup
      label={words.theme}
      value={choice}
      onValueChange={(value) => choose(value as typeof choice)}
    >
      {(["system", "light", "dark"] as const).map((theme) => (
        <MenuRadioItem key={theme} value={theme}>
          {words.themes[theme]}
        </MenuRadioItem>
      ))}
    </MenuRadioGroup>
  )
}
