import type { RelaySays, ServiceSays } from 'passfob/carrier/messages';

/** 16, 32 and 64 bytes of one value as a field. All keys in here are test values that everyone knows. */
const BYTES_16 = 'AAAAAAAAAAAAAAAAAAAAAA';
const BYTES_32 = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE';
const BYTES_64 = 'AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg';

/** Messages of the carrier protocol: each at least once, and once more with its optional fields. */
export const CARRIER_SAMPLES: Readonly<Record<string, RelaySays | ServiceSays>> = {
  open: { type: 'open', version: 1, for: 'agent', nonce: BYTES_32 },
  'open for an activation': { type: 'open', version: 1, for: 'activation', nonce: BYTES_32 },
  'open for care': { type: 'open', version: 1, for: 'care', nonce: BYTES_32 },
  enter: { type: 'enter', code: BYTES_16, relay: BYTES_16 },
  fob: { type: 'fob', fob: 0, serial: 'PF-0A1B-2C3D', port: 'serial' },
  'fob of an activation': { type: 'fob', fob: 1, port: 'bluetooth' },
  gone: { type: 'gone', fob: 65_535 },
  bytes: { type: 'bytes', fob: 3, text: '~\u0000\u0006A\u00ff\n' },
  unreached: { type: 'unreached', fob: 3, why: 'busy' },
  'pairing-code': { type: 'pairing-code', fob: 0, code: 'ne72 jg3r' },
  'show-code': { type: 'show-code', fob: 0 },
  later: { type: 'later', fob: 2 },
  stop: { type: 'stop' },
  beat: { type: 'beat' },
  identity: {
    type: 'identity',
    key: BYTES_32,
    nonce: BYTES_32,
    signature: BYTES_64,
    name: 'Example Ltd',
  },
  entered: {
    type: 'entered',
    service: 'Example Ltd',
    user: 'ada',
    fobs: 'any',
    expiresMs: 1_770_000_000_000,
  },
  'entered for one fob': {
    type: 'entered',
    service: 'Example Ltd',
    user: 'ada',
    serial: 'PF-0A1B-2C3D',
    fobs: 'owned',
    expiresMs: 1_770_000_000_000,
  },
  standing: { type: 'standing', fob: 0, is: 'own' },
  release: { type: 'release', fob: 0 },
  notice: { type: 'notice', fob: 0, kind: 'request' },
  step: { type: 'step', step: 'plug', text: 'Plug in the fob.' },
  'step with a code': {
    type: 'step',
    fob: 0,
    step: 'code',
    text: 'Type the code that the fob shows.',
    again: false,
    seconds: 180,
    same: true,
  },
  'step with a hold': {
    type: 'step',
    fob: 0,
    step: 'press',
    text: 'Hold the button of the fob for a second.',
    why: 'Its clock lost the time. “Büro” 🔑',
  },
  tasks: {
    type: 'tasks',
    fob: 0,
    waiting: ['Reset the PIN.'],
    done: ['Set the clock.', 'Renew the policy.'],
  },
  'tasks, none': { type: 'tasks', fob: 0, waiting: [], done: [] },
  done: { type: 'done', fob: 0, text: 'The fob needs nothing more.' },
  'done, an activation': {
    type: 'done',
    fob: 0,
    text: 'The fob PF-0A1B-2C3D is active.',
    serial: 'PF-0A1B-2C3D',
    token: 'PF-0A1B-2C3D-00112233',
    ticket: 'pft_0',
  },
  refused: {
    type: 'refused',
    code: 'not_valid',
    text: 'This activation is not valid.',
    next: 'Ask your help desk for another.',
    isFinal: true,
  },
};
