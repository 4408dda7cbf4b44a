import type { Opened, RelaySays, ServiceSays } from '../carrier/messages.ts';
import { carrierText, readServiceSays } from '../carrier/read.ts';

/** How the messages of one connection are written and read: by the carrier protocol, or as an earlier service does. */
export interface RelayWire {
  /** The path of its WebSocket at the service. */
  readonly path: string;
  readonly opened: Opened;
  /** Returns undefined for a message that this service would not know: it is left out. */
  write(message: RelaySays<'activation'>): string | undefined;
  /** Returns undefined for anything but exactly one valid message. */
  read(text: string): ServiceSays<'activation'> | undefined;
}

/** The carrier protocol (`docs/carrier.md`). */
export const carrierWire = (): RelayWire => ({
  path: '/carrier',
  opened: 'carrier',
  write: carrierText,
  read: text => readServiceSays(text, 'activation'),
});
