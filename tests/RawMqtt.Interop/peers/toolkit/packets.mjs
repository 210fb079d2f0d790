// usage: node packets.mjs CHROMIUM PAGE ADDRESS     writes each packet of the pane as "sent HEX" or "came HEX"; then presses a field
import { connect, openPage, publish, received, require, requireNoFaults, run, shown, subscribe } from './toolkit.mjs'

const [program, url, address] = process.argv.slice(2)
await run(program, async browser => {
  const page = await openPage(browser, url)
  await connect(page, { Address: address, 'Client ID': 'packets', 'User name': 'u', Password: 'p' })
  await subscribe(page, 'p/#')
  for (const qos of [0, 1, 2]) {
    await publish(page, 'p/a', `packet ${qos}`, { qos })
    await received(page, 'p/a', `packet ${qos}`)
  }
  await shown(page).getByText('PUBCOMP came').waitFor()
  await shown(page).getByRole('tab', { name: 'Packets' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('.packets .title')].filter(one => one.textContent.startsWith('PUBCOMP')).length === 2)
  const rows = shown(page).locator('.packets button')
  for (let i = 0; i < await rows.count(); i++) {
    await rows.nth(i).click()
    const direction = (await rows.nth(i).locator('.arrow').innerText()).slice(2)
    console.log(`${direction} ${await shown(page).locator('.details').getAttribute('data-bytes')}`)
  }
  await rows.first().click()
  await shown(page).locator('.fields button').filter({ hasText: 'Keep Alive' }).click()
  require(await shown(page).locator('.byte.lit').allInnerTexts().then(texts => texts.join('')) === '003c', 'the bytes of Keep Alive are not lit')
  await shown(page).locator('.rules li').filter({ hasText: 'MQTT-3.1.2-' }).first().waitFor()
  await shown(page).locator('.byte').first().click()
  require((await shown(page).locator('.fields [aria-pressed=true]').innerText()).includes('Packet type'), 'the first byte does not choose its field')
  requireNoFaults(page)
})
