// usage: node hostile.mjs CHROMIUM PAGE
// A broker that sends markup and script wherever it can send text. The page shows it as text.
import { WebSocketServer } from 'ws'
import { connect, openPage, received, require, requireNoFaults, run, shown, subscribe } from './toolkit.mjs'

const [program, url] = process.argv.slice(2)
const evil = '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>'
const string = text => { const bytes = Buffer.from(text); return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]) }
const packet = (first, body) => Buffer.concat([Buffer.from(body.length < 128 ? [first, body.length] : [first, body.length & 127 | 128, body.length >> 7]), body])

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'mqtt' })
server.on('connection', socket => socket.on('message', data => {
  const type = data[0] >> 4
  if (type === 1) socket.send(packet(0x20, Buffer.from([0, 0])))
  if (type === 8) {
    socket.send(packet(0x90, Buffer.from([data[2], data[3], 1])))
    socket.send(packet(0x30, Buffer.concat([string(`t/${evil}`), Buffer.from(evil)])))
    socket.send(packet(0x30, Buffer.concat([string('t/json'), Buffer.from(JSON.stringify({ [evil]: evil, __proto__: { polluted: evil } }))])))
    socket.send(packet(0x30, Buffer.concat([string('t/bytes'), Buffer.from([0xff, 0xfe, 0, 1, 2, 0x1b])])))
  }
  if (type === 10) socket.close(4001, evil)
}))

await run(program, async browser => {
  const page = await openPage(browser, url)
  page.on('dialog', () => page.faults.push('a dialog opened'))
  await connect(page, { Address: `ws://127.0.0.1:${server.address().port}/mqtt`, 'Reconnect, ms': '60000' })
  await subscribe(page, `t/#`, 1)
  await received(page, 't/', evil)
  await received(page, 't/json', '<img src=x onerror=')
  await received(page, 't/bytes', 'ff fe 00 01 02 1b')
  for (const format of ['json', 'hex', 'base64', 'text']) await shown(page).locator('.tools').getByLabel('Payload as').selectOption(format)
  await shown(page).getByRole('tab', { name: 'Packets' }).click()
  await shown(page).locator('.packets button').filter({ hasText: 'PUBLISH' }).first().click()
  await shown(page).locator('.details').filter({ hasText: evil }).waitFor()
  await shown(page).getByRole('button', { name: 'Remove t/#' }).click()
  await shown(page).locator('.fault').filter({ hasText: 'onerror' }).waitFor()
  await shown(page).getByRole('tab', { name: 'Log' }).click()
  await shown(page).locator('.log').filter({ hasText: 'onerror' }).waitFor()
  const found = await page.evaluate(() => ({ pwned: window.pwned, polluted: {}.polluted, images: document.images.length, scripts: document.scripts.length }))
  require(found.pwned === undefined && found.polluted === undefined, 'script of the broker ran')
  require(found.images === 0 && found.scripts === 2, `markup of the broker became elements: ${JSON.stringify(found)}`)
  requireNoFaults(page)
})
server.close()
process.exit()
