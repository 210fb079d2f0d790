// usage: node use.mjs CHROMIUM PAGE
// Connect, subscribe, publish at QoS 0 to 2, retained, a second tab, the forms of payloads, a second connection, the Will of a closed tab.
import { connect, openPage, openTab, publish, received, require, requireNoFaults, run, shown, subscribe } from './toolkit.mjs'

const [program, url] = process.argv.slice(2)
await run(program, async browser => {
  const page = await openPage(browser, url)
  await connect(page)
  await subscribe(page, 'use/#')
  for (const qos of [0, 1, 2]) {
    await publish(page, `use/${qos}`, `grüße ${qos}`, { qos })
    console.log(`message ${(await received(page, `use/${qos}`, `grüße ${qos}`)).match(/QoS \d/)[0]}`)
  }
  await publish(page, 'use/hex', 'de ad be ef', { format: 'hex', qos: 1 })
  await received(page, 'use/hex', 'de ad be ef')
  await publish(page, 'use/base64', 'aGVsbG8=', { format: 'base64' })
  await received(page, 'use/base64', 'hello')
  await publish(page, 'use/json', '{"a":1', { format: 'json' })
  await shown(page).getByText('This is not JSON').waitFor()
  await publish(page, 'use/kept', 'kept', { qos: 1, retain: true })
  await shown(page).getByText('PUBACK came').waitFor()

  const tab = await openTab(page.context(), url)
  const box = shown(tab)
  await box.getByText('Will: what the broker publishes').click()
  await connect(tab, { 'Will topic': 'use/will', 'Will message': 'gone' })
  await box.getByRole('button', { name: 'Remove use/#' }).click()
  await subscribe(tab, 'use/kept', 1)
  require((await received(tab, 'use/kept', 'kept')).includes('retained'), 'the retained message is not marked')
  console.log('retained')
  requireNoFaults(tab)
  await tab.close()
  await received(page, 'use/will', 'gone')
  console.log('will')

  await page.getByRole('button', { name: '+ New' }).click()
  await connect(page)
  await subscribe(page, 'second/#', 1)
  await publish(page, 'second/a', 'side by side', { qos: 1 })
  await received(page, 'second/a', 'side by side')
  require(await page.locator('.dot.connected').count() === 2, 'not both connections stand')
  console.log('two connections')
  requireNoFaults(page)
})
