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
