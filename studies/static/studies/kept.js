// What is typed and not saved is kept, on the server while it can be reached and in the browser always: for each opened
// page apart, so that two of one case do not overwrite each other, and for its curator alone, whoever signs in next.
const page = document.getElementById('case')
const kept = document.getElementById('kept')
const mine = `typed ${page.dataset.user} ${page.dataset.typed} `
const tab = page.elements.tab.value

const address = name => `${page.dataset.typed}&tab=${name}&user=${page.dataset.user}`
const typed = () => new URLSearchParams(
  [...new FormData(page)].filter(([name, value]) => typeof value === 'string' && name !== 'csrfmiddlewaretoken')
).toString()
let clean = typed(), last = clean, timer, sending, leaving

// A row that is opened adds fields: nothing was typed by that.
function keptAsOpened() {
  if (last === clean) clean = last = typed()
}

function here(sent) {
  try {
    localStorage.setItem(mine + tab, JSON.stringify({ body: last, at: Date.now(), sent }))
    return true
  } catch { return false }
}

function send(name, body) {
  return fetch(address(name), {
    method: 'POST', body, keepalive: body.length < 60_000, redirect: 'manual',
    headers: { 'X-CSRFToken': page.csrfmiddlewaretoken.value, 'Content-Type': 'text/plain' },
  })
}

async function keep() {
  clearTimeout(timer)
  const now = typed()
  if (leaving || (now === last && !sending)) return
  last = now
  const inBrowser = here(false), time = new Date().toISOString().slice(11, 16)
  sending = true
  const answer = await send(tab, now).catch(() => null)
  if (answer?.ok) {
    sending = false
    if (last === now) here(true)
    kept.textContent = `Typed text kept at ${time} UTC; not saved yet.`
  } else if (answer && (answer.type === 'opaqueredirect' || answer.status === 403)) {
    kept.textContent = inBrowser
      ? 'You are signed out. What you type is kept in this browser: sign in again, then load this page again, and it is offered.'
      : 'You are signed out, and this browser keeps nothing: copy what you typed before you leave the page.'
  } else {
    kept.textContent = inBrowser
      ? 'The server cannot be reached: what you type is kept in this browser, and sent when it answers again.'
      : 'The server cannot be reached, and this browser keeps nothing: do not close the page.'
    timer = setTimeout(keep, 5000)
  }
}

function keepSoon() {
  clearTimeout(timer)
  timer = setTimeout(keep, 2000)
}
page.addEventListener('input', keepSoon)
addEventListener('online', keep)
addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') keep() })
addEventListener('pagehide', keep)
// What is sent to be saved must not be kept once more behind it; should it not arrive, the browser has it.
page.addEventListener('submit', () => {
  clearTimeout(timer)
  leaving = true
  if (typed() !== clean) { last = typed(); here(false) }
})
addEventListener('pageshow', () => { leaving = false })

// On return: what this browser alone still has is handed to the server, which offers it. Saving ends it.
const offers = document.getElementById('offers')
const offered = name => offers.querySelector(`[data-kept="${name}"]`)

function offer(name, at) {
  if (!offered(name)) {
    const made = offers.querySelector('template').content.cloneNode(true).firstElementChild
    made.dataset.kept = name
    made.querySelector('a').href = `?typed=${name}`
    made.querySelector('button').value = name
    offers.append(made)
  }
  offered(name).querySelector('time').textContent = new Date(at).toISOString().slice(11, 16) + ' UTC'
}

const stored = () => { try { return Object.keys(localStorage) } catch { return [] } }
const saved = page.dataset.saved.split(',').filter(Boolean)
for (const key of stored()) {
  if (saved.some(name => key.startsWith(`typed ${page.dataset.user} `) && key.endsWith(` ${name}`))) localStorage.removeItem(key)
}
if (saved.length) {
  const query = new URLSearchParams(location.search)
  query.delete('saved')
  history.replaceState(null, '', location.pathname + (query.size ? `?${query}` : '') + location.hash)
}
for (const key of stored().filter(key => key.startsWith(mine) && key !== mine + tab)) {
  const held = JSON.parse(localStorage.getItem(key)), name = key.slice(mine.length)
  if (held.sent) {
    if (!offered(name)) localStorage.removeItem(key) // saved or thrown away since
  } else {
    send(name, held.body).then(answer => {
      if (!answer.ok) return
      localStorage.setItem(key, JSON.stringify({ ...held, sent: true }))
      offer(name, held.at)
    }).catch(() => {})
  }
}
