import { Toaster } from "@zimmer/ui/Toast"
import { Buttons, Choices, Fields } from "@/features/kit/Controls"
import { Colours, Mark, TypeScale } from "@/features/kit/Foundations"
import { Lists } from "@/features/kit/Lists"
import { Overlays } from "@/features/kit/Overlays"
import { Panes } from "@/features/kit/Panes"
import { Progress } from "@/features/kit/Progress"
import { Cards, Notices, Voids } from "@/features/kit/Surfaces"

/** Everything the two panels are built of. */
export function Kit() {
  return (
    <div id="kit" className="flex flex-col gap-10">
      <Panes title="Mark" of={Mark} />
      <Panes title="Colours" of={Colours} />
      <Panes title="Type" of={TypeScale} />
      <Panes title="Buttons" note="Hover and press with a pointer, Tab for focus." of={Buttons} />
      <Panes title="Fields" of={Fields} />
      <Panes title="Choices" note="Arrow keys follow the direction of reading." of={Choices} />
      <Panes title="Cards, badges, amounts, codes" of={Cards} />
      <Panes title="Notices" of={Notices} />
      <Panes title="Page head, empty, loading" of={Voids} />
      <Panes title="Progress" of={Progress} />
      <Panes title="Tables" wide of={Lists} />
      <Panes title="Overlays" note="These open in the theme of the page." of={Overlays} />
      <Toaster />
    </div>
  )
}
