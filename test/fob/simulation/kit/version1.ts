import { secret } from '../../../kit/secrets.ts';
import { ascii } from '../../conformance/owner.ts';
import type { Chips } from './chips.ts';

/**
 * The EEPROM as the last firmware of format version 1 (commit b6f68a2) left it, page by page: adopted, three accounts
 * enrolled, the clock set, one HOTP value shown, the third account removed. Never edited.
 */
const PAGES: readonly [number, string][] = [
  [0, 'VgGEpA5ngrmYD7JA61yldLYrKwg5BaORD2+9s3Rr70A='],
  [1, 'VgGEpA5ngrmYD7JA61yldLYrKwg5BaORD2+9s3Rr70A='],
  [2, 'Sf//Pix9ogAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [4, 'AAAAEDzzz3j///////////////////////////////8='],
  [26, 'pQFBAQIDJO+wBniV2OfE0eX1nLyFaXlccC/7D/MHUks='],
  [27, 'RpRQ+eFY22xZuzMqHaQX4vsZqludY+xkApcFAAAAAAA='],
  [29, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [30, '/4iD1xbOHrL8azT1WhVmCB1kAfhLd9YwZlorYU9oKGw='],
  [32, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [33, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [34, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [35, 'pQAAAAABCQ8ou/eDiKmq9SZU4/XepuDawcZYq04HZTE='],
  [38, 'pQLCAQIEKdOTWn+9DDFN0qUMUgR2Fc+hcQb3BYNwMm8='],
  [39, 'Qc6DOo4Y6mslsWwdPwVhmxt6yg+w2E6gOdE30Qsvy+U='],
];

const sequence = (length: number, from: number) =>
  secret(Uint8Array.from({ length }, (_, i) => (from + i * 7) & 255));

/** The content of that vault. */
export const VERSION_1 = {
  secrets: sequence(64, 1),
  synced: 1_800_000_000,
  issuer: ascii('Example'),
  totp: { id: 0x41010203, key: sequence(20, 3) },
  hotp: { id: 0xc2010204 | 0, key: sequence(20, 50), counter: 42 },
};

/** Puts it into fresh chips. */
export function fillVersion1(chips: Chips): void {
  for (const [page, text] of PAGES) chips.bytes.set(Buffer.from(text, 'base64'), page * chips.pageBytes);
  chips.secrets = Uint8Array.from(VERSION_1.secrets);
  chips.utc = VERSION_1.synced + 60;
}
