// Escape hides the explanation of an abbreviation until the pointer or the focus has left it.
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return
  for (const shown of document.querySelectorAll('.abbr:hover, .abbr:focus-within')) {
    shown.classList.add('dismissed')
    for (const left of ['mouseleave', 'focusout']) shown.addEventListener(left, () => shown.classList.remove('dismissed'), { once: true })
  }
})
