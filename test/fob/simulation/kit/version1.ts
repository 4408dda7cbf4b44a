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

/** The same after 0.2.0 (commit 4b7b160d) took it over at its next boot: its records are still those of version 1. Never edited. */
const PAGES_AFTER: typeof PAGES = [
  [0, 'VwAAhKQOZ4K7nb6KgWew+B3vXuIYv2b4h14v15GyWSc='],
  [1, 'VwAAhKQOZ4K7nb6KgWew+B3vXuIYv2b4h14v15GyWSc='],
  [2, 'Sf//Pix9ogAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [4, 'AAAAEDzzz3j///////////////////////////////8='],
  [10, 'AAAAAQAKAIEAAB4AAAAAAABK4kTOAAAAU91/q7tcElI='],
  [11, 'AAAAAgAKAMEAAB4AAAAAAABK4kTOAAAA9N3wiX/PsdE='],
  [14, 'AAAAAQAAAABrSdIABYAAAAAAAAAAAAAAJMhWUlH16m4='],
  [26, 'pQFBAQIDJO+wBniV2OfE0eX1nLyFaXlccC/7D/MHUks='],
  [27, 'RpRQ+eFY22xZuzMqHaQX4vsZqludY+xkApcFAAAAAAA='],
  [29, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [30, '/4iD1xbOHrL8azT1WhVmCB1kAfhLd9YwZlorYU9oKGw='],
  [32, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [33, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [34, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [35, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [36, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [37, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  [38, 'pQLCAQIEKdOTWn+9DDFN0qUMUgR2Fc+hcQb3BYNwMm8='],
  [39, 'Qc6DOo4Y6mslsWwdPwVhmxt6yg+w2E6gOdE30Qsvy+U='],
];

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
  fill(chips, PAGES);
}

/** Puts the vault that 0.2.0 made of it into fresh chips. */
export function fillTakenOver(chips: Chips): void {
  fill(chips, PAGES_AFTER);
}

function fill(chips: Chips, pages: typeof PAGES): void {
  for (const [page, text] of pages) chips.bytes.set(Buffer.from(text, 'base64'), page * chips.pageBytes);
  chips.secrets = Uint8Array.from(VERSION_1.secrets);
  chips.utc = VERSION_1.synced + 60;
}
