import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { systemCode } from '../../base/errors.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { isAllowedAddress, type VettedAddress, vetHost } from './address.ts';
import type { WebhookChannel } from './channels.ts';
import { type Notice, SendError, type SendNotice, timeOf, titleOf } from './notice.ts';

/** Limits set by the service's own configuration, whatever an operator types. */
export interface WebhookOptions {
  /** Allows webhooks to loopback addresses, also by plain HTTP; default no. */
  readonly allowLoopback: boolean;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Returns a sender that posts signed JSON. The host name is looked up once and the connection made to the vetted
 * address, so that a second response of the name server changes nothing; redirects are not followed; the response
 * body is not kept.
 */
export function webhookSender(channel: WebhookChannel, key: Uint8Array, options: WebhookOptions): SendNotice {
  return async (notice, signal) => {
    const url = new URL(channel.url);
    const vetted = await vetHost(url.hostname, { loopback: options.allowLoopback, signal });
    const isLoopback = !isAllowedAddress(vetted.address, { loopback: false });
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback))
      throw new SendError('plain HTTP not allowed');
    const agent = pinnedAgent(vetted, channel.authority);
    try {
      const body = JSON.stringify(bodyOf(notice));
      const { statusCode, body: answer } = await request(url, {
        method: 'POST',
        dispatcher: agent,
        signal,
        headersTimeout: recordLimits.deliveryTimeoutMs,
        bodyTimeout: recordLimits.deliveryTimeoutMs,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Passfob',
          'passfob-delivery': notice.id,
          'passfob-signature': signatureOf(key, Math.floor(options.clock() / 1000), body),
        },
        body,
      });
      await answer.dump({ limit: recordLimits.webhookAnswerMaxBytes, signal });
      if (statusCode < 200 || statusCode > 299) throw new SendError(`HTTP ${statusCode}`);
    } catch (error) {
      if (error instanceof SendError) throw error;
      throw new SendError(`HTTP ${systemCode(error) || 'error'}`);
    } finally {
      await agent.destroy();
    }
  };
}

function pinnedAgent({ address, family }: VettedAddress, authority: string | undefined): Agent {
  const pinned: LookupFunction = (_name, { all }, give) =>
    all ? give(null, [{ address, family }]) : give(null, address, family);
  return new Agent({
    connections: 1,
    pipelining: 0,
    maxResponseSize: recordLimits.webhookAnswerMaxBytes,
    connect: {
      lookup: pinned,
      timeout: recordLimits.deliveryTimeoutMs,
      minVersion: 'TLSv1.2',
      ...(authority === undefined ? {} : { ca: authority }),
    },
  });
}

function bodyOf(notice: Notice): Record<string, string | number | null> {
  return {
    id: notice.id,
    kind: notice.kind,
    title: titleOf(notice),
    alert: notice.alertId,
    count: notice.count,
    user: notice.user,
    serial: notice.serial,
    fob: notice.fob,
    source: notice.source,
    at: timeOf(notice.atMs),
    firstUse: notice.firstUseMs === null ? null : timeOf(notice.firstUseMs),
    firstUseSource: notice.firstUseSource,
  };
}

/** `t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
function signatureOf(key: Uint8Array, seconds: number, body: string): string {
  const mac = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

/**
 * How a receiver verifies `Passfob-Signature`: take `t` and `v1`, compute HMAC-SHA256 under the key over `t`, a full
 * stop and the body's bytes as received, compare in constant time, and refuse times too far from now.
 *
 * @param toleranceSeconds how far the two clocks may differ, and how late a message may come
 */
export function verifySignature(
  key: Uint8Array,
  received: { readonly header: string; readonly body: string },
  { nowSeconds, toleranceSeconds }: { readonly nowSeconds: number; readonly toleranceSeconds: number },
): boolean {
  const [, seconds = ''] = /^t=(\d{1,12}),v1=[0-9a-f]{64}$/.exec(received.header) ?? [];
  if (seconds === '' || Math.abs(nowSeconds - Number(seconds)) > toleranceSeconds) return false;
  const expected = signatureOf(key, Number(seconds), received.body);
  return timingSafeEqual(Buffer.from(expected), Buffer.from(received.header));
}
