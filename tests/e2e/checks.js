// The checks that need to see the page as it is laid out. Each returns what is at fault as {element, detail}.
(() => {
  const RUNNING_TEXT = "p, li, dd, td, blockquote, figcaption, label, small"
  const PRESSABLE = [
    "a[href]", "button", "input:not([type=hidden])", "select", "textarea", "summary",
    ...["button", "checkbox", "link", "menuitem", "option", "radio", "switch", "tab"].map((role) => `[role=${role}]`),
  ].join(",")
  const LATIN = "bdi, [dir=ltr], code, kbd, samp, pre, script, style, noscript, template, textarea"
  const PERSIAN = "bdi, [dir=auto], [dir=rtl], option, script, style, noscript, template, textarea"
  const SMALLEST = 44

  /** How somebody finds the element: its selector and its first words. */
  function nameOf(element) {
    const path = []
    for (let at = element; at && at !== document.body && path.length < 4; at = at.parentElement) {
      const id = at.id && !at.id.includes(":") ? `#${at.id}` : ""
      const same = at.parentElement ? [...at.parentElement.children].filter((child) => child.tagName === at.tagName) : []
      const place = !id && same.length > 1 ? `:nth-of-type(${same.indexOf(at) + 1})` : ""
      path.unshift(`${at.tagName.toLowerCase()}${id}${place}`)
      if (id) break
    }
    const said = (element.getAttribute("aria-label") || element.textContent || element.getAttribute("placeholder") || "")
    return `${path.join(" > ")} «${said.replace(/\s+/g, " ").trim().slice(0, 60)}»`
  }

  function isShown(element) {
    return element.checkVisibility({ visibilityProperty: true })
  }

  /** Hidden from eyes and meant to be: one pixel, or clipped to nothing, for screen readers and the keyboard. */
  function isForReaders(element) {
    const box = element.getBoundingClientRect()
    if (box.width <= 1 || box.height <= 1) return true
    const { clip, clipPath } = getComputedStyle(element)
    return clipPath === "inset(50%)" || /^rect\(0px,? 0px,? 0px,? 0px\)$/.test(clip)
  }

  function* texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.data.trim() && isShown(node.parentElement)) yield node
    }
  }

  function boxesOf(node) {
    const range = document.createRange()
    range.selectNodeContents(node)
    return [...range.getClientRects()].filter((box) => box.width > 0 && box.height > 0)
  }

  /** The elements whose edge can hide this one, nearest first, until one that can be scrolled. */
  function* frames(element, axis) {
    let position = "static"
    for (let at = element; at && at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at)
      if (position === "fixed") return
      const holds = position !== "absolute" || style.position !== "static" || style.transform !== "none"
      if (holds) {
        const overflow = axis === "x" ? style.overflowX : style.overflowY
        if (overflow === "auto" || overflow === "scroll") return
        if ((overflow === "hidden" || overflow === "clip") && at !== document.body) yield at
        position = style.position
      }
    }
  }

  function canBeScrolledTo(element) {
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return true
    }
    return false
  }

  function fault(element, detail) {
    return { element: nameOf(element), detail }
  }

  function overflow() {
    const width = document.documentElement.clientWidth
    const found = []
    for (const node of texts()) {
      const element = node.parentElement
      if (isForReaders(element) || canBeScrolledTo(element)) continue
      if ([...frames(element, "x")].length) continue // what a frame hides is clipped text
      const out = boxesOf(node).find((box) => box.left < -1 || box.right > width + 1)
      if (out) found.push(fault(element, `from ${Math.round(out.left)} to ${Math.round(out.right)} of ${width} px`))
    }
    const wide = document.scrollingElement.scrollWidth
    if (wide > width) {
      for (const element of document.body.querySelectorAll("*")) {
        const box = element.getBoundingClientRect()
        const sticksOut = box.width > 1 && (box.left < -0.5 || box.right > width + 0.5)
        if (sticksOut && !element.firstElementChild && !canBeScrolledTo(element)) {
          found.push(fault(element, `makes the page ${wide} px wide instead of ${width}`))
        }
      }
      if (!found.length) found.push(fault(document.body, `the page is ${wide} px wide instead of ${width}`))
    }
    return found
  }

  function mayClip(element) {
    if (element.closest("[data-may-clip]")) return true
    for (let at = element; at; at = at.parentElement) {
      if (getComputedStyle(at).webkitLineClamp !== "none") return true
    }
    return false
  }

  function clipped() {
    const found = new Map()
    for (const node of texts()) {
      const element = node.parentElement
      if (isForReaders(element) || mayClip(element) || found.has(element)) continue
      const detail = clippedBySelf(element) || clippedByFrame(node, element)
      if (detail) found.set(element, fault(element, detail))
    }
    return [...found.values()]
  }

  function clippedBySelf(element) {
    const style = getComputedStyle(element)
    const hides = (overflow) => overflow === "hidden" || overflow === "clip"
    if (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1) {
      return `${element.scrollWidth} px of text in ${element.clientWidth}`
    }
    if (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1) {
      return `${element.scrollHeight} px of lines in ${element.clientHeight}`
    }
    return ""
  }

  /** A line's box is taller than its letters, so a quarter of it may be outside. */
  function clippedByFrame(node, element) {
    const boxes = boxesOf(node)
    for (const frame of frames(element, "x")) {
      const edge = frame.getBoundingClientRect()
      if (edge.width <= 1) return ""
      const out = boxes.find((box) => box.left < edge.left - 1.5 || box.right > edge.right + 1.5)
      if (out) return `beyond the side of ${nameOf(frame)}`
    }
    for (const frame of frames(element, "y")) {
      const edge = frame.getBoundingClientRect()
      if (edge.height <= 1) return ""
      const out = boxes.find(
        (box) => box.top < edge.top - box.height / 4 || box.bottom > edge.bottom + box.height / 4,
      )
      if (out) return `beyond the top or bottom of ${nameOf(frame)}`
    }
    return ""
  }

  function language() {
    return document.documentElement.lang === "en" ? foreignInEnglish() : foreignInPersian()
  }

  /** Names and letters of customers: left alone, they would pull the punctuation around them to the wrong side. */
  function foreignInEnglish() {
    const found = []
    for (const node of texts()) {
      const element = node.parentElement
      const persian = node.data.match(/[\u0600-\u06ff]+/)
      if (persian && !element.closest(PERSIAN)) found.push(fault(element, `Persian letters: ${persian[0]}`))
    }
    return found
  }

  function foreignInPersian() {
    const found = []
    for (const node of texts()) {
      if (!node.parentElement.closest(LATIN)) judge(node.parentElement, node.data)
    }
    for (const field of document.querySelectorAll("[placeholder]:not([dir=ltr])")) {
      if (isShown(field) && !field.closest("[dir=ltr]")) judge(field, field.placeholder)
    }
    judge(document.body, document.title)
    return found

    function judge(element, said) {
      const digits = said.match(/\S*[0-9]\S*/)
      const sentence = said.match(/[A-Za-z]{2,}[\s,.;:'’-]+[A-Za-z]{2,}/)
      if (digits) found.push(fault(element, `ASCII digits: ${digits[0]}`))
      if (sentence) found.push(fault(element, `Latin words: ${sentence[0]}`))
    }
  }

  function hitAreas() {
    const found = []
    const was = [scrollX, scrollY]
    for (const element of document.querySelectorAll(PRESSABLE)) {
      if (!isShown(element) || isBeyondReach(element) || isInRunningText(element)) continue
      if (!isLargeEnough(element)) {
        const box = element.getBoundingClientRect()
        found.push(fault(element, `${Math.round(box.width)} × ${Math.round(box.height)} px`))
      }
    }
    scrollTo(...was)
    return found
  }

  /** Not for fingers: hidden from everybody, or one pixel that only the keyboard reaches, and without a label. */
  function isBeyondReach(element) {
    if (element.closest("[aria-hidden=true], [inert]")) return true
    if (getComputedStyle(element).pointerEvents === "none" && !element.matches(":disabled, [aria-disabled=true]")) return true
    return isForReaders(element) && !(element.labels?.length)
  }

  function isInRunningText(element) {
    if (!element.matches("a[href]") || getComputedStyle(element).display !== "inline") return false
    const around = element.closest(RUNNING_TEXT)
    if (!around) return false
    const links = [...around.querySelectorAll("a[href], button")].reduce((sum, link) => sum + link.textContent.length, 0)
    return around.textContent.trim().length - links > 10
  }

  function isLargeEnough(element) {
    const candidates = [element, ...(element.labels ?? [])]
    if (candidates.some((one) => isLarge(one.getBoundingClientRect()))) return true
    return candidates.some((one) => isHitAround(one, candidates))
  }

  function isLarge(box) {
    return box.width >= SMALLEST - 0.5 && box.height >= SMALLEST - 0.5
  }

  /** Whether a finger 22 px beside the middle still meets it: a pseudo-element may reach farther than the box. */
  function isHitAround(one, candidates) {
    one.scrollIntoView({ block: "center", inline: "center" })
    const box = one.getBoundingClientRect()
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
    const reach = SMALLEST / 2 - 1
    const meets = ([dx, dy]) => {
      const met = document.elementFromPoint(x + dx, y + dy)
      return met && candidates.some((candidate) => candidate === met || candidate.contains(met))
    }
    return [[-reach, 0], [reach, 0], [0, -reach], [0, reach]].every(meets)
  }

  return { overflow, clipped, language, hitAreas }
})()
