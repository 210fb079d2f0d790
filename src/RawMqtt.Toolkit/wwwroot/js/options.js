// SPDX-License-Identifier: MIT
// The settings of a connection, and the options JSON of MQTT.js that they come from and go to.

export function randomClientId() {
  return `rawmqtt_${Array.from(crypto.getRandomValues(new Uint8Array(4)), one => one.toString(16).padStart(2, '0')).join('')}`
}

/** Returns the settings of a new connection: to the broker that served the page, if one did. */
export function defaults(place = location) {
  const isServed = place.protocol === 'http:' || place.protocol === 'https:'
  const isSecure = place.protocol === 'https:'
  const scheme = isSecure ? 'wss' : 'ws'
  const port = isServed ? place.port || (isSecure ? '443' : '80') : '8083'
  return {
    name: '', url: `${scheme}://${isServed ? place.hostname : 'localhost'}:${port}/mqtt`, clientId: randomClientId(), username: '', password: '',
    keepalive: 60, clean: true, reconnectPeriod: 1000, connectTimeout: 30000,
    will: { topic: '', payload: '', qos: 0, retain: false }, subscriptions: [],
  }
}

/** Splits an address into the parts of the form; parts that it does not have are empty. */
export function parts(url) {
  const [, scheme = '', rest] = /^(?:([a-z0-9+.-]*):\/\/)?(.*)$/i.exec(url)
  const [, login = '', host = '', port = '', path = ''] = /^([^/?]*@)?(\[[^\]]*\]|[^:/?]*)(?::([^/?]*))?(.*)$/.exec(rest)
  return { scheme: scheme.toLowerCase(), login, host, port, path }
}

export function join({ scheme, login = '', host, port, path }) {
  const slash = path && !/^[/?]/.test(path) ? '/' : ''
  return `${scheme ? `${scheme}://` : ''}${login}${host}${port ? `:${port}` : ''}${slash}${path}`
}

/** Returns the options with the names of MQTT.js. */
export function toOptions(settings, hasPassword = true) {
  const options = {
    keepalive: settings.keepalive, clientId: settings.clientId, protocolId: 'MQTT', protocolVersion: 4, clean: settings.clean,
    reconnectPeriod: settings.reconnectPeriod, connectTimeout: settings.connectTimeout,
  }
  if (settings.username) options.username = settings.username
  if (settings.password && hasPassword) options.password = settings.password
  if (settings.will.topic) options.will = { ...settings.will }
  return options
}

/** Returns the settings with what options JSON names. The engine has checked it. */
export function fromOptions(settings, json) {
  const options = JSON.parse(json)
  const taken = { ...settings }
  for (const name of ['keepalive', 'clientId', 'clean', 'reconnectPeriod', 'connectTimeout', 'username', 'password']) {
    if (options[name] !== undefined) taken[name] = options[name]
  }
  if (options.will !== undefined) taken.will = { topic: '', payload: '', qos: 0, retain: false, ...options.will }
  return taken
}

const kept = 'rawmqtt.connections'

/** Two tabs with one identifier would throw each other out, so that one that was drawn is drawn anew. */
function withOwnId(settings) {
  return settings.clean && /^rawmqtt_[0-9a-f]{8}$/.test(settings.clientId) ? { ...settings, clientId: randomClientId() } : settings
}

/** Reads the connections of the last visit. Passwords are never kept. */
export function load() {
  try {
    const list = JSON.parse(localStorage.getItem(kept) ?? '[]')
    return Array.isArray(list) ? list.slice(0, 20).map(one => withOwnId({ ...defaults(), ...one, password: '' })) : []
  } catch {
    return []
  }
}

export function keep(list) {
  try {
    localStorage.setItem(kept, JSON.stringify(list.map(settings => ({ ...settings, password: '' }))))
  } catch {
    // a browser may forbid it; the page works without
  }
}
