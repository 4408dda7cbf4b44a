/** The acts that are measured, with their rows in docs/performance.md. */
export const ACTS = {
  boot: 'power on → first screen, a new fob',
  bootOpen: 'power on → first screen, 33 accounts and no PIN',
  bootFull: 'power on → first screen, 33 accounts and a PIN',
  hello: '`hello` → answer',
  session: 'opening a session → answer',
  put: 'enrolment of one account → answer',
  putAll: 'enrolment of 33 accounts',
  wake: 'key down → list, display and microcontroller asleep',
  step: 'short press → next account',
  totp: 'hold over → passcode (TOTP)',
  hotp: 'hold over → passcode (HOTP)',
  typeOut: 'hold over → last key typed',
  unlock: 'hold of the PIN’s “ok” over → list',
} as const;

export type Act = keyof typeof ACTS;
