import type { RelayMessage, ServiceMessage } from 'passfob/activation/messages';
import { readRelayMessage } from 'passfob/activation/read-messages';
import type { RelaySays, ServiceSays } from 'passfob/carrier/messages';
import { carrierText, EARLIER_AGENTS_RECEIVE, readRelaySays } from 'passfob/carrier/read';
import type { Dialect } from './dialect.ts';

// The protocols of agents and relays before the carrier protocol, for one release.

/** What earlier agents say besides `open`. */
const AGENT_SAYS: ReadonlySet<string> = new Set(['fob', 'gone', 'bytes', 'unreached', 'beat']);

/** `GET /agent` and `POST /agent/poll`: the same messages of an agent, without purpose, care and tasks. */
export const earlierAgentDialect: Dialect = {
  opened: 'agent',
  read(text, purpose) {
    if (purpose === undefined) return openingOf(text, 'agent');
    const message = readRelaySays(text, purpose);
    return message !== undefined && AGENT_SAYS.has(message.type) ? message : undefined;
  },
  write: message => (EARLIER_AGENTS_RECEIVE.has(message.type) ? carrierText(message) : undefined),
};

/** `GET /relay`: enrolments, with one fob without a number at a time. */
export function earlierRelayDialect(): Dialect {
  let fob = -1;
  return {
    opened: 'relay',
    read(text, purpose) {
      if (purpose === undefined) return openingOf(text, 'activation');
      const message = readRelayMessage(text);
      if (message === undefined) return undefined;
      if (message.type === 'plugged') fob += 1;
      return relaySays(message, Math.max(fob, 0));
    },
    write(message) {
      const earlier = earlierMessage(message);
      return earlier === undefined ? undefined : JSON.stringify(earlier);
    },
  };
}

/** Both protocols opened alike. */
function openingOf(text: string, purpose: 'agent' | 'activation'): RelaySays | undefined {
  const message = readRelayMessage(text);
  return message?.type === 'open' ? { ...message, for: purpose } : undefined;
}

function relaySays(message: RelayMessage, fob: number): RelaySays | undefined {
  switch (message.type) {
    case 'plugged':
      return { type: 'fob', fob, port: message.port };
    case 'unplugged':
      return { type: 'gone', fob };
    case 'open':
      return undefined;
    case 'enter':
    case 'stop':
      return message;
    default:
      return { ...message, fob };
  }
}

function earlierMessage(message: ServiceSays): ServiceMessage | undefined {
  switch (message.type) {
    case 'identity': {
      const { name: _, ...identity } = message;
      return identity;
    }
    case 'entered': {
      const { type, service, user, serial = null, fobs, expiresMs } = message;
      return { type, service, user, serial, fobs, expiresMs };
    }
    case 'bytes':
      return { type: 'bytes', text: message.text };
    case 'step': {
      const { fob: _, why: __, type, step, ...facts } = message;
      // Earlier relays refuse a step that they do not know.
      return { type, step: step === 'care' ? 'hello' : step, ...facts };
    }
    case 'done': {
      const { serial, token, text, ticket } = message;
      if (serial === undefined || token === undefined || ticket === undefined) return undefined;
      return { type: 'done', serial, token, text, ticket };
    }
    case 'refused':
      return message;
    default:
      return undefined;
  }
}
