import type { Chips } from './chips.ts';

/** Returns every unencrypted form in which a value could lie on a chip. */
function spellings(value: Uint8Array | string): Buffer[] {
  const bytes = Buffer.from(value);
  const all = [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(bytes.toString('hex').toUpperCase())];
  // Base64 depends on the bytes before: the three alignments, without the characters that neighbours share.
  for (let before = 0; before < 3; before++) {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const end = Math.floor(((before + bytes.length) * 4) / 3);
    all.push(Buffer.from(text.slice(before === 0 ? 0 : before + 1, end)));
  }
  if (typeof value === 'string') all.push(Buffer.from(Array.from(value, Number)), Buffer.from(value, 'hex'));
  return all;
}

/** Searches every write to the EEPROM, as it is made, for values that must never lie open there. */
export class Leaks {
  private readonly wanted: { name: string; spelling: Buffer }[] = [];
  private longest = 0;

  /** @param value bytes, or the digits of a PIN, ten or more so that ciphertext does not contain them by chance */
  add(name: string, value: Uint8Array | string): void {
    for (const spelling of spellings(value)) {
      this.wanted.push({ name, spelling });
      this.longest = Math.max(this.longest, spelling.length);
    }
  }

  watch(chips: Chips): void {
    this.search(chips.bytes, 0, chips.bytes.length);
    chips.onWrite = (bytes, address, length) => this.search(bytes, address, length);
  }

  /** @throws where a write has made one of the values readable at an address */
  private search(bytes: Uint8Array, address: number, length: number): void {
    const from = Math.max(0, address - this.longest);
    const near = Buffer.from(bytes.buffer, from, Math.min(bytes.length - from, length + 2 * this.longest));
    for (const { name, spelling } of this.wanted) {
      if (near.includes(spelling)) throw new Error(`${name} lies open in the EEPROM`);
    }
  }
}
