import {
  EXCHANGES_1,
  id,
  longest,
  names,
  none,
  refusedExchanges,
  run,
  SAMPLES_1,
  type Samples,
  SECRETS,
  sent,
  text,
} from './samples.ts';
import type { ExchangeInput } from './vectors.ts';

const policy = { pinDigits: 6, attempts: 10, wipe: 1, lockSeconds: 60, asks: 3, typing: 1 };
const noPolicy = { pinDigits: 0, attempts: 3, wipe: 0, lockSeconds: 0, asks: 0, typing: 0 };
const allPolicy = { pinDigits: 16, attempts: 20, wipe: 1, lockSeconds: 65535, asks: 7, typing: 3 };
/** OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1 of RFC 6287 appendix C, and the longest possible suite. */
const suite = { algorithm: 2, digits: 8, question: 0, length: 8, inputs: 3, step: 0 };
const longestSuite = { algorithm: 3, digits: 10, question: 2, length: 64, inputs: 23, step: 59 };

const secrets = { deviceSecret: run(0, 32), pairingKey: run(0x20, 32), entropy: run(0x40, 32) };

/** One exchange or more for every command that version 2 brought, and for its changed answers. */
const EXCHANGES_2: Readonly<Record<string, ExchangeInput>> = {
  'hello, version 2': {
    command: 'hello',
    request: {},
    response: {
      version: 2,
      state: 1,
      algorithms: 14,
      serial: '5046000001',
      board: text('banglejs2'),
      firmware: text('0.2.0'),
    },
  },
  'list, OCRA': {
    command: 'list',
    request: { index: 1 },
    response: { id, health: 0, kind: 3, algorithm: 2, digits: 8, period: 0, counter: 9, ...names },
  },
  'put, Base32': {
    command: 'put',
    request: {
      id,
      ...{ kind: 2, algorithm: 1, digits: 0x28, period: 30, counter: 0 },
      ...names,
      secret: SECRETS.sha1,
    },
    response: {},
  },
  escrow: { command: 'escrow', request: { recoveryKey: run(0x40, 32) }, response: {} },
  status: {
    command: 'status',
    request: {},
    response: {
      ...policy,
      ...{ pin: 1, locked: 0, failures: 0, iterations: 2400, escrowed: 1, wentBack: 0, battery: 87 },
    },
  },
  'status, no PIN': {
    command: 'status',
    request: {},
    response: {
      ...noPolicy,
      ...{ pin: 0, locked: 0, failures: 0, iterations: 0, escrowed: 0, wentBack: 2, battery: 255 },
    },
  },
  'status, largest': {
    command: 'status',
    request: {},
    response: {
      ...allPolicy,
      ...{ pin: 2, locked: 1, failures: 20, iterations: 65535, escrowed: 1, wentBack: 1, battery: 100 },
    },
  },
  setPolicy: { command: 'setPolicy', request: policy, response: {} },
  'setPolicy, smallest': { command: 'setPolicy', request: noPolicy, response: {} },
  'setPolicy, largest': { command: 'setPolicy', request: allPolicy, response: {} },
  requirePin: { command: 'requirePin', request: {}, response: {} },
  resetPin: { command: 'resetPin', request: { recoveryKey: run(0x40, 32) }, response: {} },
  rename: { command: 'rename', request: { id, ...names }, response: {} },
  'rename, nothing': { command: 'rename', request: { id, ...none }, response: {} },
  'rename, longest': { command: 'rename', request: { id, ...longest }, response: {} },
  move: { command: 'move', request: { id, place: 99 }, response: {} },
  putOcra: {
    command: 'putOcra',
    request: { id, ...suite, counter: 0, ...names, secret: SECRETS.sha256 },
    response: {},
  },
  'putOcra, smallest': {
    command: 'putOcra',
    request: {
      id,
      ...{ algorithm: 1, digits: 4, question: 1, length: 4, inputs: 0, step: 0, counter: 0 },
      ...none,
      secret: run(0, 10),
    },
    response: {},
  },
  'putOcra, largest': {
    command: 'putOcra',
    request: { id, ...longestSuite, counter: 2 ** 53 - 1, ...longest, secret: run(0, 128) },
    response: {},
  },
  respond: {
    command: 'respond',
    request: { id, question: text('12345678'), number: 42, service: text('Example'), user: text('alice') },
    response: { code: text('65347737'), counter: 0 },
  },
  'respond, smallest': {
    command: 'respond',
    request: { id, question: text('1234'), number: 255, service: '', user: '' },
    response: { code: text('0042'), counter: 0 },
  },
  'respond, largest': {
    command: 'respond',
    request: { id, question: run(0x30, 64), number: 99, service: longest.issuer, user: longest.label },
    response: { code: text('2147483647'), counter: 2 ** 53 - 1 },
  },
  time: {
    command: 'time',
    request: {},
    response: { state: 1, utc: 20000000000, age: 86400, error: 7, trim: 32745 },
  },
  'time, unset': {
    command: 'time',
    request: {},
    response: { state: 0, utc: 0, age: 0, error: 0, trim: 32768 },
  },
  'time, stale': {
    command: 'time',
    request: {},
    response: { state: 2, utc: 2 ** 53 - 1, age: 4294967295, error: 65535, trim: 65535 },
  },
  maintain: { command: 'maintain', request: {}, response: {} },
  take: {
    command: 'take',
    request: { ...secrets, recoveryKey: run(0x60, 32), utc: 20000000000 },
    response: { done: 3 },
  },
  'take, no time, nothing done besides': {
    command: 'take',
    request: { ...secrets, recoveryKey: run(0x60, 32), utc: 0 },
    response: { done: 0 },
  },
  enrol: {
    command: 'enrol',
    request: {
      id,
      ...{ kind: 2, algorithm: 1, digits: 6, period: 30, counter: 0 },
      ...names,
      secret: SECRETS.sha1,
      nonce: run(0xe0, 16),
    },
    // The proof of these settings over this nonce.
    response: { mac: 'ca287fa1c0fc0145c530419b46a1a7d657a9c4c15958c8edc97d00342438d110' },
  },
  cancel: { command: 'cancel', request: {}, response: {} },
  'enrol, largest': {
    command: 'enrol',
    request: {
      id: 'ffffffff',
      ...{ kind: 1, algorithm: 3, digits: 0x38, period: 65535, counter: 2 ** 53 - 1 },
      ...longest,
      secret: run(0, 128),
      nonce: run(0xe0, 16),
    },
    response: { mac: run(0xa0, 32) },
  },
};

const account = { secret: SECRETS.sha256, id, nonce: run(0xe0, 16), period: 0 };

const PROOFS: Samples['proofs'] = {
  OCRA: { ...account, kind: 3, ...suite, ...names },
  'OCRA with the longest suite and names': {
    ...account,
    secret: run(0, 128),
    kind: 3,
    ...longestSuite,
    ...longest,
  },
  'TOTP in Base64': { ...account, kind: 2, algorithm: 2, digits: 0x35, period: 60, ...names },
};

const moving = { secret: SECRETS.sha1, algorithm: 1, counter: 1 } as const;

const PASSCODES: Samples['passcodes'] = {
  hexadecimal: { ...moving, digits: 6, alphabet: 1 },
  Base32: { ...moving, digits: 7, alphabet: 2 },
  Base64: { ...moving, digits: 8, alphabet: 3 },
  'Base64 with punctuation, SHA-512': {
    secret: SECRETS.sha512,
    algorithm: 3,
    counter: 164,
    digits: 8,
    alphabet: 3,
  },
  'hexadecimal at the largest counter': {
    secret: SECRETS.sha256,
    algorithm: 2,
    counter: 2 ** 53 - 1,
    digits: 5,
    alphabet: 1,
  },
};

/** 25 March 2008, 12:06:30 UTC, the time of RFC 6287 appendix C. */
const asked = { secret: SECRETS.sha1, counter: 0, pin: text('1234'), utc: 1206446790 };
const plain = { algorithm: 1, digits: 6, question: 0, length: 8, inputs: 0, step: 0 };

const OCRA: Samples['ocra'] = {
  'RFC 6287 appendix C.1': { ...asked, ...plain, asked: text('11111111') },
  'RFC 6287 appendix C.1, counter and PIN': {
    ...asked,
    secret: SECRETS.sha256,
    ...suite,
    counter: 9,
    asked: text('12345678'),
  },
  'RFC 6287 appendix C.1, time': {
    ...asked,
    secret: SECRETS.sha512,
    ...{ algorithm: 3, digits: 8, question: 0, length: 8, inputs: 16, step: 1 },
    asked: text('44444444'),
  },
  'RFC 6287 appendix C.2, mutual': {
    ...asked,
    secret: SECRETS.sha256,
    ...{ algorithm: 2, digits: 8, question: 1, length: 8, inputs: 0, step: 0 },
    asked: text('CLI22220SRV11110'),
  },
  'a hexadecimal question of odd length': {
    ...asked,
    ...{ ...plain, question: 2, length: 9 },
    asked: text('0aBcDeF12'),
  },
  'a decimal question of 64 digits': {
    ...asked,
    ...{ ...plain, digits: 10, length: 64 },
    asked: text('9876543210'.repeat(7).slice(0, 64)),
  },
  'the longest suite': {
    ...asked,
    secret: SECRETS.sha512,
    ...longestSuite,
    counter: 2 ** 53 - 1,
    pin: text('4831970265183746'),
    utc: 20000000000,
    asked: text('f'.repeat(64)),
  },
};

const TRIVIAL = '0000 1234 7890 1212 1221 1999 2580 0852 112233 123321 147258369 1234567890';
const FIT = '4831 2051 20482 739164 121343 50391726';
const PINS: Samples['pins'] = Object.fromEntries(
  `${TRIVIAL} ${FIT}`.split(' ').map(pin => [pin, { pin: text(pin) }]),
);

/** The inputs of the golden vectors that version 2 adds, by kind and name. */
const SAMPLES_2: Samples = {
  frames: {},
  handshakes: {},
  ...sent({ ...EXCHANGES_2, ...refusedExchanges(25, 29) }),
  pairing: {},
  proofs: PROOFS,
  passcodes: PASSCODES,
  ocra: OCRA,
  pins: PINS,
};

/** The inputs of the golden vectors by the protocol version that brought them. */
export const SAMPLES_BY_VERSION = { v1: SAMPLES_1, v2: SAMPLES_2 } as const;
export type Version = keyof typeof SAMPLES_BY_VERSION;

/** Exchanges of all versions. */
export const EXCHANGES: Readonly<Record<string, ExchangeInput>> = { ...EXCHANGES_1, ...EXCHANGES_2 };
/** The sent exchanges, and the refusals. */
export const SENT = {
  clear: { ...SAMPLES_1.clear, ...SAMPLES_2.clear },
  sealed: { ...SAMPLES_1.sealed, ...SAMPLES_2.sealed },
} as const;
