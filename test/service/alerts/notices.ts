import type { MailChannel } from '@passfob/service/subjects/notify/channels';
import type { Notice } from '@passfob/service/subjects/notify/notice';
import { NOON_MS } from '../kit.ts';

/** An alert as a channel receives it. */
export const notice: Notice = {
  id: '6f1c9a52-0000-4000-8000-000000000001',
  kind: 'replay',
  alertId: 7,
  count: 10,
  user: 'ada',
  serial: 'FOB-1',
  fob: null,
  source: '192.0.2.7',
  atMs: NOON_MS,
  firstUseMs: NOON_MS - 30_000,
  firstUseSource: '192.0.2.1',
};
/** A signal that is never aborted. */
export const never = new AbortController().signal;

/** Returns a mail channel through a server on loopback. */
export const mailOn = (port: number): MailChannel => ({
  ...({ kind: 'mail', host: '127.0.0.1', port, security: 'none' } as const),
  ...{ from: 'passfob@example.test', to: ['one@example.test', 'two@example.test'] },
});
