import type { CarrierPurpose } from '@passfob/protocol/carrier';
import type { Opened, RelaySays, ServiceSays } from 'passfob/carrier/messages';
import { carrierText, readRelaySays } from 'passfob/carrier/read';

/** How the texts of one connection are read and written: by the carrier protocol, or as an earlier relay does. */
export interface Dialect {
  readonly opened: Opened;
  /**
   * @param purpose undefined before the relay has opened the connection
   * @returns undefined for anything but exactly one valid message of such a relay
   */
  read(text: string, purpose: CarrierPurpose | undefined): RelaySays | undefined;
  /** Returns undefined for a message that this relay would not know: it is left out. */
  write(message: ServiceSays): string | undefined;
}

/** The carrier protocol (`docs/carrier.md`). */
export const carrierDialect: Dialect = { opened: 'carrier', read: readRelaySays, write: carrierText };
