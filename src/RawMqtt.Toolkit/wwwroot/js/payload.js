// SPDX-License-Identifier: MIT
// Payloads as people write and read them.

const strict = new TextDecoder('utf-8', { fatal: true })
const lenient = new TextDecoder('utf-8')

export const formats = [['text', 'Text'], ['json', 'JSON'], ['hex', 'Hexadecimal'], ['base64', 'Base64']]

/** Returns the bytes of what was typed. Throws an Error whose message is for the reader. */
export function toBytes(text, format) {
  if (format === 'json') formatJson(text) // the check; the bytes are what was typed
  if (format === 'text' || format === 'json') return new TextEncoder().encode(text)
  if (format === 'hex') return fromHex(text)
  try {
    return fromBase64(text.replace(/\s+/g, ''))
  } catch {
    throw new Error('This is not base64: 4 characters of A to Z, a to z, 0 to 9, + and / stand for 3 bytes.')
  }
}

/** Returns bytes as a text of a format; what has no such form is shown as hexadecimal. */
export function toText(bytes, format) {
  if (format === 'base64') return toBase64(bytes)
  if (format === 'hex') return toHex(bytes)
  const text = lenient.decode(bytes)
  if (format === 'text') return isText(bytes) ? text : toHex(bytes)
  try {
    return formatJson(text)
  } catch {
    return isText(bytes) ? text : toHex(bytes)
  }
}

export function isText(bytes) {
  try {
    return !/[\u0000-\u0008\u000e-\u001f]/.test(strict.decode(bytes))
  } catch {
    return false
  }
}

/** Returns JSON with indents. Numbers keep their spelling, which JSON.parse would round. */
export function formatJson(text) {
  try {
    JSON.parse(text)
  } catch (fault) {
    throw new Error(`This is not JSON: ${fault.message}`)
  }
  let depth = 0
  const line = () => `\n${'  '.repeat(depth)}`
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  return tokens.map((token, i) => {
    const isEmpty = (token === '{' && tokens[i + 1] === '}') || (token === '[' && tokens[i + 1] === ']')
    const closesEmpty = (token === '}' && tokens[i - 1] === '{') || (token === ']' && tokens[i - 1] === '[')
    if (token === '{' || token === '[') { depth++; return isEmpty ? token : token + line() }
    if (token === '}' || token === ']') { depth--; return closesEmpty ? token : line() + token }
    if (token === ',') return token + line()
    return token === ':' ? ': ' : token
  }).join('')
}

export function toHex(bytes) {
  return Array.from(bytes, one => one.toString(16).padStart(2, '0')).join(' ')
}

export function fromHex(text) {
  const digits = text.replace(/0x/gi, '').replace(/[\s,:;-]+/g, '')
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error('This is not hexadecimal: two digits of 0 to 9 and a to f stand for one byte.')
  return Uint8Array.from(digits.match(/../g) ?? [], pair => parseInt(pair, 16))
}

export function toBase64(bytes) {
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
}
