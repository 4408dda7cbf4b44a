import type { Opened, RelaySays, ServiceSays } from '../../carrier/messages.ts';
import { carrierText, EARLIER_AGENTS_RECEIVE, readServiceSays } from '../../carrier/read.ts';

/** A message of the service to an agent or to a relay for care. */
export type ToCarrier = ServiceSays<'agent' | 'care'>;

/** How the messages of one connection are written and read: by the carrier protocol, or as an earlier service does. */
export interface AgentWire {
  /** The path of the WebSocket at the service, and of polls below it. */
  readonly path: string;
  readonly opened: Opened;
  /** Returns undefined for a message that this service would not know: it is left out. */
  write(message: RelaySays<'agent' | 'care'>): string | undefined;
  /** Returns undefined for anything but exactly one valid message. */
  read(text: string): ToCarrier | undefined;
}

/** The carrier protocol (`docs/carrier.md`). */
export const agentWire: AgentWire = {
  path: '/carrier',
  opened: 'carrier',
  write: carrierText,
  read: text => readServiceSays(text, 'agent'),
};

/** The carrier protocol, with a person present. */
export const careWire: AgentWire = { ...agentWire, read: text => readServiceSays(text, 'care') };

/**
 * The protocol of services before the carrier protocol, for one release: the messages of an agent were the same, but
 * for the purpose and the tasks.
 */
export const earlierAgentWire: AgentWire = {
  path: '/agent',
  opened: 'agent',
  write(message) {
    if (message.type === 'later' || message.type === 'stop') return undefined;
    if (message.type !== 'open') return carrierText(message);
    return JSON.stringify({ type: 'open', version: 1, nonce: message.nonce });
  },
  read(text) {
    const message = readServiceSays(text, 'agent');
    return message !== undefined && EARLIER_AGENTS_RECEIVE.has(message.type) ? message : undefined;
  },
};
