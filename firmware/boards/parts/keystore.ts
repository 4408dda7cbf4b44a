import type { Keystore } from '../../core/base/ports.ts';
import { BIRTH_BYTES, SECRETS_BYTES, SECRETS_FILE_BYTES, STORAGE_MARGIN_BYTES } from '../limits.ts';

const SECRETS_FILE = 'keys';
const BIRTH_FILE = 'birth';
/** 2^32: added to any CRC-32 it gives ten decimal digits. */
const CRC_END = 4294967296;

/**
 * Device secret and pairing key in a file of the microcontroller's Storage, followed by a CRC, since a write cut by a
 * power loss reads as a prefix followed by 0xFF. The file always has the same length: Espruino writes the next header
 * over the rest of a torn one, which works only if both are the same.
 *
 * The tool that flashes a fob writes the file too, one byte longer. While that byte is erased the vault must still be
 * made.
 */
export class StorageKeystore implements Keystore {
  private readonly storage: DeviceStorage;

  constructor() {
    this.storage = require('Storage');
  }

  load(): Uint8Array | undefined {
    const text = this.storage.read(SECRETS_FILE);
    if (!text) return undefined;
    const secrets = text.slice(0, SECRETS_BYTES);
    return text.indexOf(secrets + (E.CRC32(secrets) + CRC_END)) ? undefined : E.toUint8Array(secrets);
  }

  get given(): boolean {
    return this.storage.read(SECRETS_FILE, SECRETS_FILE_BYTES) === '\xff';
  }

  take(): void {
    this.storage.write(SECRETS_FILE, '\0', SECRETS_FILE_BYTES, SECRETS_FILE_BYTES + 1);
  }

  save(secrets: Uint8Array): boolean {
    // A write that does not fit compacts Storage, and a power cut during compaction erases all of it.
    if (this.storage.getFree() < SECRETS_BYTES + STORAGE_MARGIN_BYTES) return false;
    this.storage.write(SECRETS_FILE, E.toString(secrets) + (E.CRC32(secrets) + CRC_END));
    return this.load() !== undefined;
  }

  clear(): boolean {
    if (this.storage.read(SECRETS_FILE) !== undefined) this.storage.erase(SECRETS_FILE);
    return this.storage.read(SECRETS_FILE) === undefined;
  }

  birth(): Uint8Array | undefined {
    const text = this.storage.read(BIRTH_FILE);
    return text && text.length === BIRTH_BYTES ? E.toUint8Array(text) : undefined;
  }
}
