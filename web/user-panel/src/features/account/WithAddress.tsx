type Props = { sentence: string; email: string }

const PLACE = "{}"

/** A sentence with an address in it, which runs left to right and does not turn the words around it. */
export function WithAddress({ sentence, email }: Props) {
  const [before, after] = sentence.split(PLACE)
  return (
    <>
      {before}
      <bdi dir="ltr" className="wrap-anywhere">
        {email}
      </bdi>
      {after}
    </>
  )
}
