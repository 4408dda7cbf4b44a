import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * A second implementation of the wire, from `docs/protocol.md` alone: on Node's cryptography, with the commands and
 * refusals read from the tables of that page. It imports nothing of the protocol, so that an error there is not
 * repeated here.
 */

/** A row of the document's table of commands. */
export interface CommandOfDocument {
  readonly code: number;
  readonly request: string;
  readonly response: string;
}

/** The data that the second client needs from the document. */
export interface Document {
  readonly commands: Readonly<Record<string, CommandOfDocument>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly popularPins: readonly string[];
}

type Fields = Readonly<Record<string, number | string>>;

export interface Shake {
  readonly key: number;
  readonly sharedKey: string;
  readonly serial: string;
  readonly ownerNonce: string;
  readonly fobNonce: string;
  readonly counter: number;
}

export interface Exchange {
  readonly command: string;
  readonly request: Fields;
  readonly response?: Fields;
  readonly refusal?: string;
}

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const ALPHABETS = [
  undefined,
  '0123456789ABCDEF',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
];
const HASHES = ['', 'sha1', 'sha256', 'sha512'] as const;
const BLOCKS = [0, 64, 64, 128] as const;

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const hmac = (hash: string, key: Buffer, ...parts: Buffer[]) =>
  createHmac(hash, key).update(Buffer.concat(parts)).digest();
const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

function number(value: number, bytes: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  return out.subarray(8 - bytes);
}

const text = (payload: Buffer) => `~${payload.toString('base64')}\n`;
const clearText = (payload: Buffer) => text(Buffer.concat([payload, number(crc32(payload), 4)]));

function fields(layout: string, values: Fields): Buffer {
  const parts = layout
    .split(' ')
    .filter(Boolean)
    .map(field => {
      const [name = '', kind = ''] = field.split(':');
      const value = values[name] ?? 0;
      if (typeof value === 'number') return number(value, Number(kind.slice(1)) / 8);
      const bytes = hex(value);
      return kind.startsWith('v') ? Buffer.concat([number(bytes.length, 1), bytes]) : bytes;
    });
  return Buffer.concat(parts);
}

function messages(document: Document, { command, request, response, refusal }: Exchange): [Buffer, Buffer] {
  const { code, ...layouts } = document.commands[command] ?? { code: 0, request: '', response: '' };
  const status = refusal === undefined ? 0 : (document.refusals[refusal] ?? 0);
  return [
    Buffer.concat([number(code, 1), fields(layouts.request, request)]),
    Buffer.concat([
      number(code, 1),
      number(status, 1),
      status ? hex('') : fields(layouts.response, response ?? {}),
    ]),
  ];
}

function keysOf(shake: Shake) {
  const { key, serial, ownerNonce, fobNonce, counter } = shake;
  const context = Buffer.concat([
    hex('01'),
    number(key, 1),
    hex(serial + ownerNonce + fobNonce),
    number(counter, 4),
  ]);
  const shared = hex(shake.sharedKey);
  const expand = (info: string, length: number) =>
    Buffer.from(hkdfSync('sha256', shared, context, hex(info), length));
  const fobProof = hmac('sha256', expand('85 41 01 f6 0a 63 46696e 18 20', 32), sha256(context));
  return {
    context,
    pseudorandomKey: hmac('sha256', context, shared),
    fobProof,
    ownerProof: hmac('sha256', expand('85 41 00 f6 0a 63 46696e 18 20', 32), sha256(context, fobProof)),
    ownerKey: expand('85 41 00 f6 0a 63 4b6579 10', 16),
    fobKey: expand('85 41 01 f6 0a 63 4b6579 10', 16),
    commonIv: expand('85 40 f6 0a 62 4956 0d', 13),
  };
}

function nonceOf(iv: Buffer, id: number, counter: number): Buffer {
  const mask = Buffer.concat([hex('01 00 00 00 00 00 00'), number(id, 1), hex('00'), number(counter, 4)]);
  return Buffer.from(iv.map((byte, i) => byte ^ (mask[i] ?? 0)));
}

function record(key: Buffer, nonce: Buffer, counter: number, plain: Buffer): string {
  const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: 8 });
  const sealed = [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return text(Buffer.concat([plain.subarray(0, 1), number(counter, 4), ...sealed]));
}

/** Dynamic truncation of RFC 4226 §5.3. */
function truncated(mac: Buffer, digits: number): string {
  const value = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(value % 10 ** digits).padStart(digits, '0');
}

interface Asked {
  readonly secret: string;
  readonly algorithm: number;
  readonly digits: number;
  readonly question: number;
  readonly length: number;
  readonly inputs: number;
  readonly step: number;
  readonly asked: string;
  readonly counter: number;
  readonly pin: string;
  readonly utc: number;
}

function suiteText({ algorithm, digits, question, length, inputs, step }: Asked): string {
  const pin = HASHES[(inputs >> 1) & 3];
  const data = [
    inputs & 1 ? 'c' : '',
    `q${'nah'[question]}${String(length).padStart(2, '0')}`,
    pin ? `p${pin}` : '',
    inputs & 24 ? `t${step}${'-smh'[inputs >> 3]}` : '',
  ];
  return `ocra-1:hotp-${HASHES[algorithm]}-${digits}:${data.filter(Boolean).join('-')}`.toUpperCase();
}

/** Outputs by kind of vector, computed as the document says. */
export const SECOND_CLIENT = {
  frames: (_: Document, { payload }: { payload: string }) => ({
    frame: text(hex(payload)),
    crc: number(crc32(hex(payload)), 4).toString('hex'),
  }),

  handshakes: (_: Document, shake: Shake) => {
    const keys = keysOf(shake);
    const nonces = (id: number) =>
      [0, 1, 65534].map(counter => nonceOf(keys.commonIv, id, counter).toString('hex'));
    return {
      ...Object.fromEntries(Object.entries(keys).map(([name, bytes]) => [name, bytes.toString('hex')])),
      ownerNoncesOfRecords0And1And65534: nonces(0),
      fobNoncesOfRecords0And1And65534: nonces(1),
    };
  },

  clear: (document: Document, exchange: Exchange & { sequence: number }) => {
    const [request, response] = messages(document, exchange);
    const asked = Buffer.concat([hex('01'), number(exchange.sequence, 1), request]);
    const answered = Buffer.concat([hex('02'), number(exchange.sequence, 1), response]);
    return {
      request: asked.toString('hex'),
      requestFrame: clearText(asked),
      response: answered.toString('hex'),
      responseFrame: clearText(answered),
    };
  },

  sealed: (document: Document, exchange: Exchange & { handshake: Shake; counter: number }) => {
    const { ownerKey, fobKey, commonIv } = keysOf(exchange.handshake);
    const [request, response] = messages(document, exchange);
    const { counter } = exchange;
    const asked = Buffer.concat([hex('03'), request]);
    const answered = Buffer.concat([hex('04'), response]);
    return {
      request: asked.toString('hex'),
      requestFrame: record(ownerKey, nonceOf(commonIv, 0, counter), counter, asked),
      response: answered.toString('hex'),
      responseFrame: record(fobKey, nonceOf(commonIv, 1, counter), counter, answered),
    };
  },

  pairing: (_: Document, { entropy }: { entropy: string }) => {
    const bits = [...hex(entropy)].map(byte => byte.toString(2).padStart(8, '0')).join('');
    const values = (bits.match(/.{5}/g) ?? []).map(five => Number.parseInt(five, 2));
    // By trial, as the document defines them: the word is zero at 2 and at 4.
    const checked = Array.from({ length: 1024 }, (_empty, check) => [...values, check >> 5, check & 31]);
    const words = checked.filter(word => at(word, 2) === 0 && at(word, 4) === 0);
    const codes = words.map(word => word.map(value => ALPHABET[value]).join(''));
    const [code = ''] = codes.length === 1 ? codes : [];
    return { code, sharedKey: Buffer.from(code.slice(0, 16)).toString('hex') };
  },

  proofs: (
    _: Document,
    made: Fields & { secret: string; kind: number; algorithm: number; issuer: string; label: string },
  ) => {
    const secret = hex(made.secret);
    const long = secret.length > (BLOCKS[made.algorithm] ?? 0);
    const key = long
      ? createHash(HASHES[made.algorithm] ?? '')
          .update(secret)
          .digest()
      : secret;
    const suite = made.kind === 3 ? 'question:u8 length:u8 inputs:u8 step:u8 ' : '';
    const settings = fields(
      `id:b4 kind:u8 algorithm:u8 digits:u8 period:u16 ${suite}issuer:v32 label:v32`,
      made,
    );
    const inner = hmac('sha256', Buffer.from('passfob proof'), key);
    return {
      storedKey: key.toString('hex'),
      mac: hmac('sha256', inner, hex(`${made.nonce}`), settings).toString('hex'),
    };
  },

  passcodes: (
    _: Document,
    made: { secret: string; algorithm: number; counter: number; digits: number; alphabet?: number },
  ) => {
    const mac = hmac(HASHES[made.algorithm] ?? '', hex(made.secret), number(made.counter, 8));
    const chars = ALPHABETS[made.alphabet ?? 0];
    if (chars === undefined) return { code: truncated(mac, made.digits) };
    return { code: [...mac.subarray(0, made.digits)].map(byte => chars[byte % chars.length]).join('') };
  },

  ocra: (_: Document, made: Asked) => {
    const { inputs, secret, algorithm } = made;
    const asked = hex(made.asked).toString('latin1');
    const text = made.question === 1 ? made.asked : made.question === 2 ? asked : BigInt(asked).toString(16);
    const pin = HASHES[(inputs >> 1) & 3];
    const seconds = made.step * ([0, 1, 60, 3600][inputs >> 3] ?? 0);
    const suite = suiteText(made);
    const mac = hmac(
      HASHES[algorithm] ?? '',
      hex(secret),
      Buffer.from(`${suite}\0`),
      number(made.counter, inputs & 1 ? 8 : 0),
      hex(text.padEnd(256, '0')),
      pin ? createHash(pin).update(hex(made.pin)).digest() : hex(''),
      seconds ? number(Math.floor(made.utc / seconds), 8) : hex(''),
    );
    return { suite, code: truncated(mac, made.digits) };
  },

  pins: (document: Document, { pin }: { pin: string }) => {
    const text = hex(pin).toString('latin1');
    const back = [...text].reverse().join('');
    const digits = [...text].map(Number);
    const isSteady = (block: number) => {
      const steps = digits.slice(block).map((digit, i) => (digit - (digits[i] ?? 0) + 10) % 10);
      return steps.every(step => step === steps[0]) && (steps[0] === 0 || digits.length >= 3 * block);
    };
    const blocks = digits.map((_digit, i) => i + 1).filter(block => 2 * block <= digits.length);
    const isYear = /^(19|20[0-4])\d\d?$/.test(text) && text.length === 4;
    const isPopular = document.popularPins.some(popular => popular === text || popular === back);
    return { trivial: text === back || isYear || isPopular || blocks.some(isSteady) };
  },
} as const;

/** Powers of 2 in GF(32) = GF(2)[x] / (x^5 + x^3 + 1). */
const POWERS = [1];
for (let power = 1; POWERS.length < 31; ) {
  power = power & 16 ? (power << 1) ^ 0b101001 : power << 1;
  POWERS.push(power);
}

const times = (a: number, b: number) =>
  a === 0 || b === 0 ? 0 : (POWERS[(POWERS.indexOf(a) + POWERS.indexOf(b)) % 31] ?? 0);

/** Returns the value of a word, as a polynomial with the highest power first, at a place. */
function at(word: readonly number[], place: number): number {
  return word.reduce((value, coefficient) => times(value, place) ^ coefficient, 0);
}
