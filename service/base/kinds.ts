/** What a token makes its passcodes of: events (RFC 4226), time (RFC 6238), or questions (RFC 6287). */
export type TokenKind = 'hotp' | 'totp' | 'ocra';
export type AlgorithmName = 'sha1' | 'sha256' | 'sha512';
/** What passcodes are written in: RFC 4226 decimals, or Passfob's own alphabets (`docs/protocol.md`). */
export type Alphabet = 'decimal' | 'hex' | 'base32' | 'base64';
/** Where a user's PIN is asked for: nowhere, on the fob before it shows a passcode, or by the service. */
export type PinPlace = 'none' | 'fob' | 'service';

/** What a log-in through an application must show besides the user name. */
export type Factors = 'otp' | 'pin_otp' | 'password_otp';
/** What an operator may do. */
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
/** 0 or 1: SQLite has no type of its own for it. */
export type Flag = 0 | 1;
