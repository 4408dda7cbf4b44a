import type { Fields } from './layout.ts';

// Fields that start several requests. They are written once because each byte costs room in the image.
const ADOPT = 'deviceSecret:b32 pairingKey:b32 entropy:b32' as const;
const PUT =
  'id:b4 kind:u8 algorithm:u8 digits:u8 period:u16 counter:u64 issuer:v32 label:v32 secret:v128' as const;

/**
 * The single table of the wire: name → [code, since protocol version, sealed (1) or clear (0), request, response].
 * The fob's handlers, the host's client, `docs/protocol.md` and the golden bytes derive from it. Codes and layouts
 * are frozen with the version that introduced them.
 */
export const COMMANDS = {
  /** Identifies the fob. state: 0 blank, 1 owned, 2 keys lost, 3 damaged or silent. algorithms: bit n = algorithm n. */
  hello: [1, 1, 0, '', 'version:u8 state:u8 algorithms:u8 serial:b5 board:v16 firmware:v16'],
  /** Asks a blank fob to show a pairing code for `seconds`. */
  pair: [2, 1, 0, '', 'seconds:u16'],
  /** First half of the handshake. key: 0 pairing key, 1 pairing code. */
  open: [3, 1, 0, 'key:u8 nonce:b16', 'nonce:b16 counter:u32 proof:b32'],
  /** Second half: the owner's proof. After it both sides seal. */
  finish: [4, 1, 0, 'proof:b32', ''],

  /** clock: 0 unset, 1 trusted. freeRecords: accounts that still fit. */
  info: [16, 1, 1, '', 'accounts:u8 freeRecords:u8 clock:u8 recordBytes:u16'],
  /** Makes the sender the owner, in a session opened with a pairing code. */
  adopt: [17, 1, 1, ADOPT, ''],
  /** Returns the account at a place in the list. kind: 1 HOTP, 2 TOTP. health: 0 good, 1 damaged. */
  list: [
    18,
    1,
    1,
    'index:u8',
    'id:b4 health:u8 kind:u8 algorithm:u8 digits:u8 period:u16 counter:u64 issuer:v32 label:v32',
  ],
  /** Enrols. The owner chooses `id` at random, so that a repeated request adds no second account. */
  put: [19, 1, 1, PUT, ''],
  /** The account proves its secret and settings with a MAC. No passcode can be derived from the MAC. */
  prove: [20, 1, 1, 'id:b4 nonce:b16', 'mac:b32'],
  remove: [21, 1, 1, 'id:b4', ''],
  /** Returns a passcode after a press. counter: HOTP counter or time step. */
  code: [22, 1, 1, 'id:b4', 'code:v10 counter:u64 secondsLeft:u16'],
  /** state: 0 unset, 1 trusted. utc: seconds since 1970. age: seconds since the last synchronisation. */
  clock: [23, 1, 1, '', 'state:u8 utc:u64 age:u32'],
  /** Sets the time to `utc`. A step back, or forward beyond the drift budget, needs a press. */
  setClock: [24, 1, 1, 'utc:u64', ''],
  /** Erases everything on the fob, after a press. */
  erase: [25, 1, 1, '', ''],

  /**
   * Stores the data key wrapped under a recovery key, with which a forgotten PIN can be reset. The fob does not keep
   * the recovery key.
   */
  escrow: [26, 2, 1, 'recoveryKey:b32', ''],
  /**
   * pin: 0 none, 1 set, 2 must be chosen. failures: wrong PINs since the last right one. wentBack: 0 no, 1 the
   * storage was rolled back, 2 unknown because the anti-rollback counter lost its power. battery: percent, 255
   * unknown.
   */
  status: [
    27,
    2,
    1,
    '',
    'pinDigits:u8 attempts:u8 wipe:u8 lockSeconds:u16 asks:u8 typing:u8 pin:u8 locked:u8 failures:u8 iterations:u16 escrowed:u8 wentBack:u8 battery:u8',
  ],
  /**
   * pinDigits: fewest digits of a PIN, 0 for no PIN. attempts: number of wrong PINs that wipes the fob (wipe 1) or
   * locks it until its owner resets the PIN (wipe 0). lockSeconds: the fob locks this long after the last key, 10 or
   * more; 0 when the display goes off. asks: sum of 1 PIN before every passcode, 2 before every approval, 4 before
   * the settings. typing: 0 never, 1 the person may switch it on, 3 also types Enter. Clears `wentBack`.
   */
  setPolicy: [28, 2, 1, 'pinDigits:u8 attempts:u8 wipe:u8 lockSeconds:u16 asks:u8 typing:u8', ''],
  /** The person must choose a new PIN when the fob is next unlocked. */
  requirePin: [29, 2, 1, '', ''],
  /** Opens the vault without its PIN, after a press, and makes the person choose a new one. The accounts stay. */
  resetPin: [30, 2, 1, 'recoveryKey:b32', ''],
  rename: [31, 2, 1, 'id:b4 issuer:v32 label:v32', ''],
  /** place: position in the list, from 0. */
  move: [32, 2, 1, 'id:b4 place:u8', ''],
  /**
   * Enrols for OCRA (RFC 6287 §6). question: 0 numeric, 1 alphanumeric, 2 hexadecimal; length 4 to 64. inputs: sum of
   * 1 counter, 2, 4 or 6 PIN hash by SHA-1, SHA-256 or SHA-512, 8, 16 or 24 time in seconds, minutes or hours. step:
   * length of a time step in that unit, 0 without time.
   */
  putOcra: [
    33,
    2,
    1,
    'id:b4 algorithm:u8 digits:u8 question:u8 length:u8 inputs:u8 step:u8 counter:u64 issuer:v32 label:v32 secret:v128',
    '',
  ],
  /** Returns an OCRA passcode for a question, after an approval. number: two digits to compare, 255 for none. */
  respond: [34, 2, 1, 'id:b4 question:v64 number:u8 service:v32 user:v32', 'code:v10 counter:u64'],
  /**
   * state: 0 unset, 1 trusted, 2 stale. error: largest error of the time, in seconds. trim: tenths of a ppm plus
   * 32768.
   */
  time: [35, 2, 1, '', 'state:u8 utc:u64 age:u32 error:u16 trim:u16'],
  /** Starts maintenance mode until the next reset, after a press: the console opens for an update. */
  maintain: [36, 2, 1, '', ''],
  /**
   * `adopt`, `escrow` and the first time (0: none) in one. done: sum of 1 recovery key stored, 2 clock set. Once the
   * fob is owned the request is not refused any more.
   */
  take: [37, 2, 1, `${ADOPT} recoveryKey:b32 utc:u64`, 'done:u8'],
  /** `put`, then a proof over the account as read back from storage. */
  enrol: [38, 2, 1, `${PUT} nonce:b16`, 'mac:b32'],
  /** Removes the owner's earlier question from the screen, answered or not. Does nothing if there is none. */
  cancel: [39, 2, 1, '', ''],
} as const;

export type CommandName = keyof typeof COMMANDS;
export type Request<N extends CommandName> = Fields<(typeof COMMANDS)[N][3]>;
export type Response<N extends CommandName> = Fields<(typeof COMMANDS)[N][4]>;

/** The fob's handler for each command returns the response, or the number of a refusal. */
export type Handlers = { [N in CommandName]: (request: Request<N>) => Response<N> | number };

/** One row of the table. Both ends read it. */
export type CommandRow = readonly [number, number, number, string, string];
