// SPDX-License-Identifier: MIT
// The present settings as programs and as a command line.

import { toOptions } from './options.js'

const quoteCs = text => `"${text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, unicode)}"`
const quoteJs = text => `'${text.replace(/[\\']/g, '\\$&').replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, unicode)}'`
const unicode = letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Quotes a word for a POSIX shell. */
export const quoteShell = text => /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

const levels = ['AtMostOnce', 'AtLeastOnce', 'ExactlyOnce']

export function asCSharp(settings) {
  const will = settings.will.topic && `    Will = new MqttWill(${quoteCs(settings.will.topic)}, ${quoteCs(settings.will.payload)}u8.ToArray()`
    + `${settings.will.qos ? `, QualityOfService.${levels[settings.will.qos]}` : ''}${settings.will.retain ? ', Retain: true' : ''}),`
  const lines = [
    'var options = new MqttClientOptions', '{', `    Address = ${quoteCs(settings.url)},`, `    ClientId = ${quoteCs(settings.clientId)},`,
    settings.username && `    UserName = ${quoteCs(settings.username)},`, settings.username && settings.password && '    PasswordText = "...",',
    `    KeepAlive = TimeSpan.FromSeconds(${settings.keepalive}),`, `    CleanSession = ${settings.clean},`,
    `    ConnectTimeout = TimeSpan.FromMilliseconds(${settings.connectTimeout}),`,
    `    ReconnectDelay = TimeSpan.FromMilliseconds(${settings.reconnectPeriod}),`, will, '};',
    'await using MqttClient client = await MqttClient.ConnectAsync(options);',
    ...settings.subscriptions.map((one, i) => `MqttSubscription messages${i || ''} = await client.SubscribeAsync(${quoteCs(one.filter)}, `
      + `QualityOfService.${levels[one.qos]});`),
    settings.subscriptions.length > 0 && 'await foreach (MqttMessage message in messages) Console.WriteLine($"{message.Topic}: {message.PayloadText}");',
  ]
  return lines.filter(Boolean).join('\n')
}

export function asMqttJs(settings) {
  const write = value => typeof value === 'string' ? quoteJs(value) : typeof value === 'object'
    ? `{ ${Object.entries(value).map(([name, one]) => `${name}: ${write(one)}`).join(', ')} }` : String(value)
  const options = Object.entries(toOptions(settings)).map(([name, value]) => `  ${name}: ${name === 'password' ? "'...'" : write(value)},`)
  return [
    "import mqtt from 'mqtt'", '', `const client = mqtt.connect(${quoteJs(settings.url)}, {`, ...options, '})',
    "client.on('connect', () => {",
    ...settings.subscriptions.map(one => `  client.subscribe(${quoteJs(one.filter)}, { qos: ${one.qos} })`), '})',
    "client.on('message', (topic, payload) => console.log(topic, payload.toString()))",
  ].join('\n')
}

export function asCommands(settings) {
  const shared = [
    `-i ${quoteShell(settings.clientId)}`, `-k ${settings.keepalive}`, settings.clean ? '' : '-c', settings.username && `-u ${quoteShell(settings.username)}`,
    settings.username && settings.password && "-P '...'",
    settings.will.topic && `--will-topic ${quoteShell(settings.will.topic)} --will-payload ${quoteShell(settings.will.payload)} --will-qos ${settings.will.qos}`
      + `${settings.will.retain ? ' --will-retain' : ''}`,
  ].filter(Boolean).join(' ')
  const filters = settings.subscriptions.length ? settings.subscriptions : [{ filter: 'testtopic', qos: 0 }]
  return [
    `rawmqtt sub ${quoteShell(settings.url)} ${shared} ${filters.map(one => `-t ${quoteShell(one.filter)}`).join(' ')} -q ${filters[0].qos} -v`,
    `rawmqtt pub ${quoteShell(settings.url)} -t testtopic -m 'hello' -q 1`,
    doctorLine(settings),
  ].join('\n')
}

/** Returns the line that examines the address step by step, outside the browser. */
export function doctorLine(settings, origin = location.origin) {
  return `rawmqtt doctor ${quoteShell(settings.url)}${settings.username ? ` -u ${quoteShell(settings.username)}` : ''} --page ${quoteShell(origin)}`
}
