// Runs before the first paint, so that a dark page never flashes light. The choice is kept by @zimmer/ui/Theme.
{
  let choice
  try {
    choice = localStorage.getItem("zimmer.theme")
  } catch {}
  const dark =
    choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches)
  document.documentElement.classList.toggle("dark", dark)
}
