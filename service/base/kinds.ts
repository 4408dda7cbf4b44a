/** What a token computes its passcodes from: events (RFC 4226), time (RFC 6238), or questions (RFC 6287). */
export type TokenKind = 'hotp' | 'totp' | 'ocra';
/** What a policy can ask for: a suite of OCRA belongs to one fob and its service. */
export type PolicyKind = Exclude<TokenKind, 'ocra'>;
export type AlgorithmName = 'sha1' | 'sha256' | 'sha512';
/** The characters of passcodes: RFC 4226 decimals, or Passfob's own alphabets (`docs/protocol.md`). */
export type Alphabet = 'decimal' | 'hex' | 'base32' | 'base64';
/** Where a user enters their PIN: nowhere, on the fob before it shows a passcode, or at the service. */
export type PinPlace = 'none' | 'fob' | 'service';

/** The factors that a log-in through an application needs besides the user name. */
export type Factors = 'otp' | 'pin_otp' | 'password_otp';
/** The role of an operator; `permissions.ts` lists the permissions of each. */
export type Role = 'admin' | 'helpdesk' | 'auditor';
export const alertKinds = [
  'replay',
  'revoked_use',
  'locked',
  'spray',
  'audit',
  'audit_shortened',
  'clock',
  'report',
  'denied',
  'undelivered',
  'activation_expired',
  'fob_wanted',
  'lost',
  'fob_battery',
  'fob_drift',
  'fob_refused',
  'fob_withheld',
] as const;
export type AlertKind = (typeof alertKinds)[number];
export type JobState = 'queued' | 'running' | 'paused' | 'done' | 'cancelled';
export type JobItemState = 'waiting' | 'done' | 'refused';
/** 0 or 1: SQLite has no boolean type. */
export type Flag = 0 | 1;

/**
 * The state of a fob that the service owns, or owned.
 *
 * - `in_use`: with its user, or in the inventory
 * - `lost`: reported; its tokens are suspended, and its accounts are removed if it ever comes back
 * - `found`: a lost fob that has proved itself since
 * - `returned`: erased and blank; `retired`: out of use for good
 * - `giving`: its keys were written into a file for another owner, and stay here until that owner has them; the
 *   service does nothing with the fob; `handed_over`: another owner has it, and the keys are deleted here
 */
export type FobLifeState = 'in_use' | 'lost' | 'found' | 'returned' | 'retired' | 'giving' | 'handed_over';

/** What the service does to a fob when it is reached. */
export const careKinds = [
  'remove-account',
  'pin-reset',
  'clock',
  'policy',
  'require-pin',
  'recovery-key',
  'power-loss',
  'rename-account',
  'order',
  'push-key',
  'erase',
] as const;
export type CareKind = (typeof careKinds)[number];
/** `refused`: it cannot be done, and a person has to decide what to do instead. */
export type CareTaskState = 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';
/** How a fob was last reached: by an agent, for an activation, by a user's page, by the command line. */
export type CareRelayKind = 'agent' | 'activation' | 'page' | 'command';
