// The page of a case: rows are added and opened without a round trip, by keyboard as well. Without this script every
// button still works. What is typed kept.js keeps.
const form = document.getElementById('case')

// Rows and parts

function pattern(attribute, name, replaced) {
  let html = document.querySelector(`template[data-${attribute}="${name}"]`).innerHTML
  for (const [mark, value] of Object.entries(replaced)) html = html.replaceAll(mark, value)
  const made = document.createElement('template')
  made.innerHTML = html
  return made.content.firstElementChild
}

function next(nodes, prefix) {
  return Math.max(-1, ...nodes.map(node => Number(node.id.slice(prefix.length + 1)))) + 1
}

function rowsOf(section) {
  return [...section.querySelectorAll(':scope > .row')]
}

function fieldOf(row, name) {
  return row?.querySelector(`[name="${row.id}-${name}"]`)
}

function addRow(section) {
  const name = section.dataset.section
  const rows = rowsOf(section), index = next(rows, name), before = rows.at(-1)
  const row = pattern('row', name, { __n__: index })
  row.querySelector('.title').textContent = `${section.dataset.singular} ${index + 1}`
  section.querySelector(':scope > .adding').before(row)
  // The pattern goes on from what is saved; rows that are being typed come after it.
  for (const field of ['locator', 'cohort']) {
    const here = fieldOf(row, field), there = fieldOf(before, field)
    if (here && there) here.value = there.value
  }
  for (const field of ['order', 'number']) {
    const here = fieldOf(row, field)
    if (here) here.value = Math.max(Number(here.value) || 1, ...rows.map(one => (Number(fieldOf(one, field)?.value) || 0) + 1))
  }
  nameRow(row, section)
  section.open = row.open = true
  settle(row)
  row.querySelector('input:not([type=hidden]), select, textarea').focus()
}

// A new row can be chosen at once by every field that names such rows, those of rows still to be added too.
function nameRow(row, section) {
  const name = [row.id, `${row.querySelector('.title').textContent}`]
  const everywhere = [document, ...[...document.querySelectorAll('template')].map(template => template.content)]
  for (const root of everywhere) for (const select of root.querySelectorAll(`select[data-rows="${section.dataset.model}"]`)) {
    const option = new Option(name[1], name[0])
    if (root !== document) option.removeAttribute('selected')
    select.append(option)
  }
  document.getElementById('records')?.append(new Option(name[1], name[0]))
}

// A row that is left out can be chosen no longer.
function leaveOut(row) {
  for (const select of form.querySelectorAll(`select[data-rows="${row.closest('.section').dataset.model}"]`)) {
    for (const option of [...select.options]) if (option.value === row.id) option.remove()
  }
  const next = row.nextElementSibling
  row.remove()
  next?.querySelector('summary, button')?.focus()
}

function addPart(button) {
  const parts = button.parentElement, row = button.closest('.row'), prefix = `${row.id}-${parts.dataset.kind}`
  const part = pattern('part', button.dataset.part, { __row__: row.id, __c__: next([...parts.querySelectorAll('.part')], prefix) })
  button.before(part)
  part.querySelector('input:not([type=hidden]), select, textarea').focus()
}

// A saved row is a line until it is opened; then its form is fetched. Rows that are not saved yet can be chosen in it.

form.addEventListener('toggle', async event => {
  const line = event.target
  if (!line.matches('.row[data-closed][open]')) return
  const query = new URLSearchParams({ key: line.dataset.key, prefix: line.id })
  const answer = await fetch(`${form.dataset.row}?${query}`, { redirect: 'error' }).catch(() => null)
  if (!answer?.ok) return
  const made = document.createElement('template')
  made.innerHTML = await answer.text()
  const row = made.content.firstElementChild
  for (const one of form.querySelectorAll('.row')) {
    if (one.dataset.key === one.id) for (const select of row.querySelectorAll(`select[data-rows="${one.closest('.section').dataset.model}"]`)) {
      select.append(new Option(one.querySelector('.title').textContent, one.id))
    }
  }
  line.replaceWith(row)
  settle(row)
  row.querySelector('summary').focus()
  keptAsOpened()
}, true)

// The rule of the field one is in

const help = document.getElementById('help')
form.addEventListener('focusin', event => {
  const rule = document.getElementById(event.target.getAttribute?.('aria-describedby')?.split(' ').find(id => id.startsWith('help-')))
  help.hidden = !rule
  if (rule) help.textContent = `${rule.previousElementSibling.textContent}: ${rule.textContent}`
})
form.addEventListener('focusout', () => { help.hidden = true })

// The place of the row before

function settle(root) {
  for (const button of root.querySelectorAll('.previous')) button.hidden = false
}

const placeOf = row => fieldOf(row, 'locator')?.value ?? row.querySelector(':scope > summary > .place')?.textContent

function takePlace(row) {
  const all = [...form.querySelectorAll('.row')]
  const before = all.slice(0, all.indexOf(row)).reverse().map(placeOf).find(Boolean)
  if (before && fieldOf(row, 'locator')) { fieldOf(row, 'locator').value = before; keepSoon() }
}

form.addEventListener('click', event => {
  const button = event.target.closest('button')
  if (!button) return
  if (button.matches('.previous')) takePlace(button.closest('.row'))
  else if (button.dataset.add) { event.preventDefault(); addRow(button.closest('.section')); keepSoon() }
  else if (button.name === 'leave') { event.preventDefault(); leaveOut(button.closest('.row')); keepSoon() }
  else if (button.dataset.part) { event.preventDefault(); addPart(button); keepSoon() }
})
settle(form)

// Keys

document.addEventListener('keydown', event => {
  const here = document.activeElement, section = here?.closest?.('.section'), row = here?.closest?.('.row')
  const key = event.key.toLowerCase()
  if ((event.ctrlKey || event.metaKey) && (key === 's' || key === 'enter')) {
    event.preventDefault()
    form.requestSubmit(form.querySelector('button[name=save]'))
  } else if (event.altKey && 'nlpjk'.includes(key)) {
    const sections = [...form.querySelectorAll('.section')]
    const step = { j: 1, k: -1 }[key]
    if (key === 'n' && section?.querySelector(':scope > .adding')) addRow(section)
    else if (key === 'l' && row) row.querySelector('button[data-part]')?.click()
    else if (key === 'p' && row) takePlace(row)
    else if (step) sections[Math.min(sections.length - 1, Math.max(0, sections.indexOf(section) + step))].querySelector('summary').focus()
    event.preventDefault()
  } else if (event.key === 'Enter' && here?.matches?.('#case input:not([type=checkbox])')) {
    event.preventDefault() // a slip must not save a page that is half typed
  }
})
// What a link points to is opened before it is shown.
function open() {
  const target = location.hash && document.getElementById(location.hash.slice(1))
  for (let part = target || null; part; part = part.parentElement) if (part.tagName === 'DETAILS') part.open = true
  if (target) { target.scrollIntoView(); if (target.matches('input, select, textarea')) target.focus() }
}
addEventListener('hashchange', open)
open()
document.getElementById('reasons')?.focus()
