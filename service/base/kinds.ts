/** What a token computes its passcodes from: events (RFC 4226), time (RFC 6238), or questions (RFC 6287). */
export type TokenKind = 'hotp' | 'totp' | 'ocra';
export type AlgorithmName = 'sha1' | 'sha256' | 'sha512';
/** The characters of passcodes: RFC 4226 decimals, or Passfob's own alphabets (`docs/protocol.md`). */
export type Alphabet = 'decimal' | 'hex' | 'base32' | 'base64';
/** Where a user enters their PIN: nowhere, on the fob before it shows a passcode, or at the service. */
export type PinPlace = 'none' | 'fob' | 'service';

/** The factors that a log-in through an application needs besides the user name. */
export type Factors = 'otp' | 'pin_otp' | 'password_otp';
/** The role of an operator; `permissions.ts` lists the permissions of each. */
export type Role = 'admin' | 'helpdesk' | 'auditor';
export type AlertKind =
  | 'replay'
  | 'revoked_use'
  | 'locked'
  | 'spray'
  | 'audit'
  | 'clock'
  | 'report'
  | 'denied'
  | 'undelivered'
  | 'activation_expired'
  | 'lost';
export type JobState = 'queued' | 'running' | 'paused' | 'done' | 'cancelled';
export type JobItemState = 'waiting' | 'done' | 'refused';
/** 0 or 1: SQLite has no boolean type. */
export type Flag = 0 | 1;
