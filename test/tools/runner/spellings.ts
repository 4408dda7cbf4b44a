/** One way a secret may appear in text. `text` holds one character per byte to be looked for (latin1). */
export interface Spelling {
  readonly kind: string;
  readonly text: string;
  /** To be looked for in text reduced to letters and digits, not in the text itself. */
  readonly squeezed: boolean;
}

/** Shorter pieces of Base64 turn up by chance in megabytes of it: 64^10 makes that one in 10^18 per place. */
const SHORTEST_FRAGMENT = 10;
/** The same for text without punctuation; digits alone are commoner and carry less. */
const SHORTEST_SQUEEZED = 12;
const SHORTEST_SQUEEZED_DIGITS = 20;
/** A value with fewer different bytes (all zero, say) is no secret and is found in any dump. */
const FEWEST_DISTINCT = 4;

/** Colour and cursor sequences (ECMA-48 §5.4): they contain letters and may cut a value in two. */
const TERMINAL_SEQUENCE = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-9;?]*[ -/]*[@-~]`, 'g');

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 without padding (RFC 4648 §6); own code, since a check must not rest on what it checks. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let pool = 0;
  let bits = 0;
  for (const byte of bytes) {
    pool = ((pool << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32.charAt((pool >> (bits - 5)) & 31);
  }
  return bits > 0 ? text + BASE32.charAt((pool << (5 - bits)) & 31) : text;
}

/** Lower-case letters and digits of `text`, and for each of them where in `text` it stood. */
export function squeeze(text: string): { text: string; offsets: Uint32Array } {
  const plain = text.replace(TERMINAL_SEQUENCE, sequence => ' '.repeat(sequence.length));
  const kept = Buffer.alloc(plain.length);
  const offsets = new Uint32Array(plain.length);
  let length = 0;
  for (let at = 0; at < plain.length; at++) {
    const code = plain.charCodeAt(at);
    const upper = code >= 65 && code <= 90;
    if (!upper && !(code >= 97 && code <= 122) && !(code >= 48 && code <= 57)) continue;
    kept[length] = upper ? code + 32 : code;
    offsets[length++] = at;
  }
  return { text: kept.toString('latin1', 0, length), offsets: offsets.subarray(0, length) };
}

/** Bytes as they look inside the Base64 of a longer message: three alignments, without the characters they share. */
function base64Inside(bytes: Uint8Array): string[] {
  return [0, 1, 2].map(lead => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = [0, 2, 3][lead] ?? 0;
    const whole = Math.floor(((lead + bytes.length) * 8) / 6);
    return text.slice(from, whole);
  });
}

function ofBytes(bytes: Uint8Array): [kind: string, text: string][] {
  const buffer = Buffer.from(bytes);
  const raw = buffer.toString('latin1');
  const hex = buffer.toString('hex');
  return [
    ['raw', raw],
    ['raw as UTF-8', Buffer.from(raw, 'utf8').toString('latin1')],
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ['base64', buffer.toString('base64').replace(/=+$/, '')],
    ['base64url', buffer.toString('base64url')],
    ['base32', base32(bytes)],
    ['base32 lower case', base32(bytes).toLowerCase()],
  ];
}

function ofText(text: string): [kind: string, text: string][] {
  const bare = text.replace(/[-\s]/g, '');
  const forms: [string, string][] = [
    ['text', text],
    ['text without dashes', bare],
    ['URL-encoded text', encodeURIComponent(text)],
  ];
  return forms.flatMap(([kind, form]) => [
    [kind, Buffer.from(form).toString('latin1')],
    [`${kind}, upper case`, Buffer.from(form.toUpperCase()).toString('latin1')],
    [`${kind}, lower case`, Buffer.from(form.toLowerCase()).toString('latin1')],
  ]);
}

function squeezedForms(kind: string, text: string): Spelling[] {
  const bare = squeeze(text).text;
  const shortest = /^\d*$/.test(bare) ? SHORTEST_SQUEEZED_DIGITS : SHORTEST_SQUEEZED;
  return bare.length < shortest ? [] : [{ kind: `${kind}, punctuated`, text: bare, squeezed: true }];
}

/**
 * Every spelling under which `value` is looked for: none when it is too plain to tell from chance.
 *
 * @param value bytes, or the text a person would read
 */
export function spellings(value: Uint8Array | string): Spelling[] {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  if (new Set(bytes).size < FEWEST_DISTINCT) return [];
  const forms = typeof value === 'string' ? [...ofText(value), ...ofBytes(bytes)] : ofBytes(bytes);
  const plain = forms.map(([kind, text]) => ({ kind, text, squeezed: false }));
  const fragments = base64Inside(bytes)
    .filter(text => text.length >= SHORTEST_FRAGMENT)
    .map((text, lead) => ({ kind: `inside base64 (+${lead})`, text, squeezed: false }));
  const printed = [
    ...squeezedForms('hex', Buffer.from(bytes).toString('hex')),
    ...squeezedForms('base32', base32(bytes)),
    ...squeezedForms('decimal list', [...bytes].join(',')),
    ...squeezedForms('JSON of a typed array', JSON.stringify({ ...bytes })),
    ...(typeof value === 'string' ? squeezedForms('text', value) : []),
  ];
  const seen = new Set<string>();
  return [...plain, ...fragments, ...printed].filter(({ text, squeezed }) => {
    const key = `${squeezed}${text}`;
    return !seen.has(key) && seen.add(key);
  });
}
