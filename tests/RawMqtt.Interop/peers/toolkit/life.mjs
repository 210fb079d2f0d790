// usage: node life.mjs CHROMIUM PAGE ADDRESS
// The client alone, in WebAssembly: QoS 0 to 2, retained, a kept session with forty messages that waited, 300 KB both ways, pings, a Will.
import { openPage, require, requireNoFaults, run } from './toolkit.mjs'

const [program, url, address] = process.argv.slice(2)
await run(program, async browser => {
  const page = await openPage(browser, url)
  const said = await page.evaluate(live, address)
  for (const line of said) console.log(line)
  require(said.length === 7, 'not all steps were done')
  requireNoFaults(page)
})

async function live(address) {
  const engine = await import('/js/engine.js')
  const said = []
  const topic = `life/${crypto.randomUUID()}`
  const seen = new Map()
  let lastId = 1000
  const good = answer => { if (answer.fault) throw new Error(answer.fault.message); return answer }
  const text = message => new TextDecoder().decode(Uint8Array.from(atob(message.payload), letter => letter.charCodeAt(0)))
  const state = (id, wanted) => until(id, news => news.state === wanted, `the state ${wanted}`)

  function until(id, isThere, what) {
    const known = seen.get(id)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} did not come`)), 45000)
      known.waiters.push(() => {
        if (!known.last || !isThere(known.last, known.messages)) return false
        clearTimeout(timer)
        resolve(known.messages)
        return true
      })
      known.waiters = known.waiters.filter(waiter => !waiter())
    })
  }

  function open(options) {
    const id = ++lastId
    const known = { messages: [], packets: [], waiters: [], last: null }
    seen.set(id, known)
    engine.listen(id, news => {
      known.messages.push(...news.messages)
      known.packets.push(...news.packets)
      known.last = news
      known.waiters = known.waiters.filter(waiter => !waiter())
    })
    good(engine.open(id, address, JSON.stringify({ keepalive: 60, connectTimeout: 45000, reconnectPeriod: 0, clean: true, ...options })))
    return id
  }

  const receiver = open({ clientId: `${topic}/r`.slice(-20), clean: false })
  await state(receiver, 'Connected')
  good(await engine.subscribe(receiver, `${topic}/#`, 2))
  const sender = open({ keepalive: 1 })
  await state(sender, 'Connected')
  for (const qos of [0, 1, 2]) good(await engine.publish(sender, `${topic}/q`, new TextEncoder().encode(`grüße ${qos}`), qos, false))
  const first = await until(receiver, (_, messages) => messages.length === 3, 'three messages')
  said.push(`received ${first.map(one => `${text(one)} at ${one.qos}`).join(', ')}`)

  good(await engine.publish(sender, `${topic}/kept`, new TextEncoder().encode('kept'), 1, true))
  await until(receiver, (_, messages) => messages.length === 4, 'the live copy')
  const late = open({})
  await state(late, 'Connected')
  good(await engine.subscribe(late, `${topic}/kept`, 1))
  const [retained] = await until(late, (_, messages) => messages.length === 1, 'the retained message')
  said.push(`retained ${retained.retain}`)
  good(await engine.publish(sender, `${topic}/kept`, new Uint8Array(0), 1, true))
  await until(receiver, (_, messages) => messages.length === 5, 'the removal')

  await engine.close(receiver)
  for (let i = 0; i < 40; i++) good(await engine.publish(sender, `${topic}/w`, new TextEncoder().encode(`${i}`), 1 + i % 2, false))
  const again = open({ clientId: `${topic}/r`.slice(-20), clean: false })
  await state(again, 'Connected')
  good(await engine.subscribe(again, `${topic}/#`, 2))
  const waited = await until(again, (_, messages) => messages.length >= 40, 'forty messages')
  said.push(`waited ${waited.map(text).join() === Array.from({ length: 40 }, (_, i) => i).join()}`, `session ${seen.get(again).last.sessionPresent}`)

  const large = new Uint8Array(300000).map((_, i) => i % 251)
  good(await engine.publish(sender, `${topic}/large`, large, 2, false))
  const all = await until(again, (_, messages) => messages.some(one => one.length === 300000), '300 KB')
  const came = Uint8Array.from(atob(all.find(one => one.length === 300000).payload), letter => letter.charCodeAt(0))
  said.push(`large ${came.every((one, i) => one === i % 251)}`)

  await until(sender, () => seen.get(sender).packets.some(one => one.title.startsWith('PINGRESP')), 'PINGRESP')
  said.push('ping')
  const dying = open({ will: { topic: `${topic}/will`, payload: 'gone', qos: 1, retain: false } })
  await state(dying, 'Connected')
  engine.abort(dying)
  await until(again, (_, messages) => messages.some(one => text(one) === 'gone'), 'the Will')
  said.push('will')
  return said
}
