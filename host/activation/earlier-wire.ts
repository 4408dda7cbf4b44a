import type { RelaySays, ServiceSays } from '../carrier/messages.ts';
import type { RelayMessage, ServiceMessage } from './messages.ts';
import { readServiceMessage } from './read-messages.ts';
import type { RelayWire } from './wire.ts';

/**
 * The protocol of services before the carrier protocol, for one release: `GET /relay`, one fob without a number at a
 * time.
 */
export function earlierWire(): RelayWire {
  let fob = 0;
  return {
    path: '/relay',
    opened: 'relay',
    write(message) {
      if (message.type === 'fob') ({ fob } = message);
      const earlier = earlierMessage(message);
      return earlier === undefined ? undefined : JSON.stringify(earlier);
    },
    read(text) {
      const message = readServiceMessage(text);
      return message === undefined ? undefined : carrierMessage(message, fob);
    },
  };
}

function earlierMessage(message: RelaySays<'activation'>): RelayMessage | undefined {
  switch (message.type) {
    case 'open':
      return { type: 'open', version: 1, nonce: message.nonce };
    case 'fob':
      return { type: 'plugged', port: message.port };
    case 'gone':
      return { type: 'unplugged' };
    case 'bytes':
      return { type: 'bytes', text: message.text };
    case 'pairing-code':
      return { type: 'pairing-code', code: message.code };
    case 'show-code':
      return { type: 'show-code' };
    case 'beat':
      return undefined;
    default:
      return message;
  }
}

function carrierMessage(message: ServiceMessage, fob: number): ServiceSays<'activation'> {
  switch (message.type) {
    case 'identity':
      return { ...message, name: '' };
    case 'entered': {
      const { serial, ...facts } = message;
      return serial === null ? facts : { ...facts, serial };
    }
    case 'refused':
      return message;
    default:
      return { ...message, fob };
  }
}
