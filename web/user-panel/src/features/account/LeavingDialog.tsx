import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation } from "@tanstack/react-query"
import { deleteAccount } from "@zimmer/api/account"
import { asProblem } from "@zimmer/api/problem"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { count } from "@zimmer/ui/format"
import { Notice } from "@zimmer/ui/Notice"
import { useRouter } from "next/router"
import { useForm } from "react-hook-form"
import { type LeavingForm, leavingForm } from "@/features/account/forms"
import { PasswordField } from "@/features/account/PasswordField"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"
import { settings as text } from "@/messages/settings"

/** Asks for the password, then, if tokens would be lost, whether that many are meant. The API knows how many. */
export function LeavingDialog({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const { register, handleSubmit, setError, formState } = useForm<LeavingForm>({
    resolver: standardSchemaResolver(leavingForm),
    defaultValues: { password: "" },
  })
  const { mutate, isPending, error } = useMutation({
    mutationFn: deleteAccount,
    onSuccess: () => void router.replace("/login/"),
    onError: (thrown) => {
      const problem = asProblem(thrown)
      if (problem.code === "password-wrong") setError("password", { message: sentenceOf(problem) })
    },
  })
  const problem = error ? asProblem(error) : null
  const tokens = problem?.code === "tokens-would-be-lost" ? Number(problem.facts.tokens) : 0
  const isElsewhere = problem && problem.code !== "password-wrong" && tokens === 0
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && !isPending && onClose()}
      title={text.leaving}
      description={text.leavingLead}
      closeLabel={fa.common.close}
    >
      <form
        noValidate
        onSubmit={handleSubmit(({ password }) => mutate({ password, tokens_lost: tokens }))}
        className="grid gap-5"
      >
        {isElsewhere && <ProblemNotice problem={problem} />}
        {tokens > 0 ? (
          <Notice tone="bad" live="assertive" title={text.leaveTokens(count(tokens))}>
            {text.leaveTokensLead}
          </Notice>
        ) : (
          <PasswordField
            label={text.password}
            hint={text.leavePassword}
            error={formState.errors.password?.message}
            autoComplete="current-password"
            field={register("password")}
          />
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button variant="danger" type="submit" busy={isPending}>
            {tokens > 0 ? text.leaveAnyway(count(tokens)) : text.leave}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
