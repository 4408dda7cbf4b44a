/**
 * The carrier protocol: the messages between a relay, which carries the bytes of fobs, and the service that owns
 * those fobs (`docs/carrier.md`). A relay is an agent, an activation's relay or a relay for care; its first message
 * says which.
 */

export const CARRIER_VERSION = 1;

/** The end that sends a message. */
export type CarrierEnd = 'relay' | 'service';

/**
 * What a relay carries for. `agent`: pushes, and care in the background. `activation`: one enrolment. `care`: care
 * while a person is present.
 */
export type CarrierPurpose = 'agent' | 'activation' | 'care';

// Lists of purposes that several messages share.
const ALL = 'agent activation care';
const FOBS = 'agent care';

/**
 * The single table of the messages: name → [sender, since protocol version, purposes, fields]. Both ends read it:
 * types, checks, `docs/carrier.md` and the golden texts derive from it. Names and fields are frozen with the version
 * that introduced them.
 *
 * A field is `name:kind`, an optional one `name?:kind`, separated by one space. The kinds: `=N` the number N; `bN`
 * exactly N bytes as base64url without padding; `nN` a whole number from 0 to N, `n` any safe one; `tN` text of at
 * most N UTF-16 units; `sN` such a text that is shown to a person, without control characters; `wN` such a text in
 * which each character is a byte of the fob's wire; `aN` 1 to N lower-case letters; `flag` true or false; `lNsM` at
 * most N texts `sM`; words separated by `|` one of them.
 */
export const CARRIER_MESSAGES = {
  /** First. Asks the service to prove itself. */
  open: ['relay', 1, ALL, 'version:=1 for:agent|activation|care nonce:b32'],
  /** After the proof. relay: random, the same on every connection of one run. */
  enter: ['relay', 1, 'activation', 'code:b16 relay:b16'],
  /**
   * A fob is there. fob: a number that the relay chooses and never reuses on a connection. serial: as the fob reports
   * it; only an activation's relay may leave it out. port: `serial`, `hid`, `bluetooth`, `tcp`.
   */
  fob: ['relay', 1, ALL, 'fob:n65535 serial?:t256 port:a16'],
  gone: ['relay', 1, ALL, 'fob:n65535'],
  /** Bytes of the fob's wire, from the fob or for it. For agent and care the relay opens a closed port for them. */
  bytes: ['both', 1, ALL, 'fob:n65535 text:w2048'],
  /** The port could not be opened for the bytes, or was lost with them; the fob may still be there. */
  unreached: ['relay', 1, FOBS, 'fob:n65535 why:busy|silent|failed'],
  /** The code on a blank fob's screen, as typed. */
  'pairing-code': ['relay', 1, 'activation', 'fob:n65535 code:t64'],
  /** The code is no longer on the screen; the fob must show it again. */
  'show-code': ['relay', 1, 'activation', 'fob:n65535'],
  /** The person puts off the tasks of this fob that need a hold. */
  later: ['relay', 1, FOBS, 'fob:n65535'],
  /** The person gives up: an activation stays open, tasks go on waiting. */
  stop: ['relay', 1, 'activation care', ''],
  /** The sender is still there. The service answers a beat with one. */
  beat: ['both', 1, ALL, ''],

  /** Answers `open`. signature: Ed25519 over the transcript of the opening. name: the service's own. */
  identity: ['service', 1, ALL, 'key:b32 nonce:b32 signature:b64 name:s256'],
  /** Answers `enter`. serial: the expected fob, absent for any. fobs: whether a blank fob is accepted. */
  entered: ['service', 1, 'activation', 'service:s256 user:s256 serial?:s256 fobs:owned|any expiresMs:n'],
  /** The service's own fob, proved; another owner's; its own, but not proved now. */
  standing: ['service', 1, FOBS, 'fob:n65535 is:own|other|unproved'],
  /** The service needs the port no longer. */
  release: ['service', 1, FOBS, 'fob:n65535'],
  /** A log-in waits for approval on the fob; the fob must be unlocked for it first; the log-in no longer waits. */
  notice: ['service', 1, 'agent', 'fob:n65535 kind:request|locked|over'],
  /**
   * Progress, or the person's turn. fob: absent while there is none. text: the sentence to show. why: the reason, for
   * a hold. again: the code typed before was wrong. seconds: how long a code is valid. same, in answer to `show-code`
   * only: the code has not changed.
   */
  step: [
    'service',
    1,
    ALL,
    'fob?:n65535 step:plug|hello|code|pairing|writing|pin|press|care text:s512 why?:s256 again?:flag seconds?:n same?:flag',
  ],
  /** The care tasks of a fob, in words: all that wait, and those done on this connection. Replaces the earlier one. */
  tasks: ['service', 1, FOBS, 'fob:n65535 waiting:l8s120 done:l8s120'],
  /**
   * This fob needs nothing more. For an activation: token is active, and ticket, a secret, opens the user's page
   * once.
   */
  done: ['service', 1, 'activation care', 'fob:n65535 text:s512 serial?:s256 token?:s256 ticket?:t256'],
  /** The service ends the connection. isFinal: another attempt does not help. */
  refused: ['service', 1, ALL, 'code:s64 text:s512 next:s512 isFinal:flag'],
} as const;

export type CarrierName = keyof typeof CARRIER_MESSAGES;
type Rows = typeof CARRIER_MESSAGES;

type Words<S extends string> = S extends `${infer First}|${infer Rest}` ? First | Words<Rest> : S;
type Value<Kind extends string> = Kind extends `${string}|${string}`
  ? Words<Kind>
  : Kind extends 'flag'
    ? boolean
    : Kind extends `=${infer N extends number}`
      ? N
      : Kind extends `n${string}`
        ? number
        : Kind extends `l${string}`
          ? readonly string[]
          : string;
type Field<S extends string> = S extends `${infer Name}?:${infer Kind}`
  ? { readonly [K in Name]?: Value<Kind> }
  : S extends `${infer Name}:${infer Kind}`
    ? { readonly [K in Name]: Value<Kind> }
    : unknown;
type FieldsOf<S extends string> = S extends `${infer First} ${infer Rest}`
  ? Field<First> & FieldsOf<Rest>
  : Field<S>;

type Named<N extends CarrierName> = {
  readonly [K in keyof (FieldsOf<Rows[N][3]> & { type: N })]: (FieldsOf<Rows[N][3]> & { type: N })[K];
};

/** The messages of one end, those of one purpose or of all. */
export type CarrierMessage<End extends CarrierEnd, For extends CarrierPurpose = CarrierPurpose> = {
  [N in CarrierName]: Rows[N][0] extends End | 'both'
    ? Rows[N][2] extends `${string}${For}${string}`
      ? Named<N>
      : never
    : never;
}[CarrierName];

/** One row of the table, as the readers see it. */
export type CarrierRow = readonly [CarrierEnd | 'both', number, string, string];
