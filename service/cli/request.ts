import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { connectionError } from 'passfob/cli/base/service-connection';
import { FobError } from 'passfob/errors';
import { isLoopback } from '../base/addresses.ts';
import { processLimits } from '../base/limits/process.ts';
import { serveTexts } from '../base/texts/serve.ts';

/** The response of a service. */
export interface ServiceResponse {
  readonly status: number;
  readonly body: string;
}

/**
 * Reads the address of a service: https, or http on this computer.
 *
 * @returns its origin
 * @throws FobError `bad-input`
 */
export function readServiceUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = isLoopback((url?.hostname ?? '').replace(/^\[|\]$/g, ''));
  const isUsable =
    url !== undefined &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isHere)) &&
    url.username === '' &&
    url.password === '' &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '';
  if (!isUsable) throw new FobError('bad-input', serveTexts.badUrl);
  return url.origin;
}

/**
 * Sends a request to a service, over TLS 1.2 or newer; always checks the certificate, whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says.
 *
 * @param url of `readServiceUrl`, with a path
 * @param ca PEM of the only authorities to trust; default those that Node knows
 * @throws FobError `certificate`, `service-silent`
 */
export function askService(url: string, ca?: string): Promise<ServiceResponse> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: processLimits.clientTimeoutMs,
      // A connection of its own, so that the process can end after the response.
      agent: false,
      headers: { accept: 'application/json' },
    } as const;
    const fail = (error: unknown) => reject(connectionError(error));
    const request = url.startsWith('https:')
      ? requestTls(url, {
          ...options,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2',
          ...(ca !== undefined && { ca }),
        })
      : requestPlain(url, options);
    request.on('error', fail);
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('response', response => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > processLimits.clientBodyMaxBytes) request.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    request.end();
  });
}
