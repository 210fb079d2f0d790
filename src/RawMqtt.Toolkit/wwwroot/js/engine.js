// SPDX-License-Identifier: MIT
// The MQTT engine: RawMqtt itself, in WebAssembly. Answers are objects; one with a member "fault" says what went wrong.

const listeners = new Map()
const due = new Set()
let page

/** Settles when the engine runs. */
export const ready = start()

async function start() {
  const { dotnet } = await import('../_framework/dotnet.js')
  const runtime = await dotnet.create()
  runtime.setModuleImports('page', { changed })
  page = (await runtime.getAssemblyExports('RawMqtt.Toolkit')).RawMqtt.Toolkit.Page
}

/** Has the function called with what is new on a connection, at most 25 times a second: however much comes, the page draws no more. */
export function listen(id, function_) {
  listeners.set(id, function_)
}

export function forget(id) {
  listeners.delete(id)
}

function changed(id) {
  if (due.has(id)) return
  due.add(id)
  setTimeout(() => {
    due.delete(id)
    listeners.get(id)?.(JSON.parse(page.Take(id)))
  }, 40)
}

export const open = (id, url, options) => JSON.parse(page.Open(id, url, options))
export const close = id => page.Close(id)
export const abort = id => page.Abort(id)
export const reconnectNow = id => page.ReconnectNow(id)
export const subscribe = async (id, filter, qos) => JSON.parse(await page.Subscribe(id, filter, qos))
export const unsubscribe = async (id, filter) => JSON.parse(await page.Unsubscribe(id, filter))
export const pause = (id, filter, isPaused) => page.Pause(id, filter, isPaused)
export const publish = async (id, topic, payload, qos, retain) => JSON.parse(await page.Publish(id, topic, payload, qos, retain))
export const packet = (id, number) => JSON.parse(page.Packet(id, number))
export const decode = (text, layer, sender) => JSON.parse(page.Decode(text, layer, sender))
export const judge = async (url, origin) => JSON.parse(await page.Judge(url, origin))
export const checkOptions = json => JSON.parse(page.CheckOptions(json))
export const matches = (filter, topic) => page.Matches(filter, topic)
