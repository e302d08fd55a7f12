// What a reader has unfolded stays so when the table and its filters are refreshed; htmx itself keeps the focus.
let unfolded = [], scrolled = 0
document.addEventListener('htmx:beforeSwap', () => {
  unfolded = [...document.querySelectorAll('#filters[open], .group[open]')].map(part => part.id)
  scrolled = document.getElementById('filters').scrollTop
})
document.addEventListener('htmx:afterSwap', () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute('open', '')
  document.getElementById('filters').scrollTop = scrolled
})
// A value that is not understood, or not yet, changes nothing: the table keeps its rows, and says that they are old.
document.addEventListener('htmx:responseError', event => {
  const refused = new DOMParser().parseFromString(event.detail.xhr.responseText, 'text/html')
  const reasons = [...refused.querySelectorAll('main li')].map(reason => reason.textContent).join(' ')
  const note = document.getElementById('refused')
  note.textContent = `Not understood: ${reasons || event.detail.xhr.statusText} The table still answers the filter before.`
  note.hidden = false
})
