import { request } from 'node:http';
import { isIP, connect as openTcp, type Socket } from 'node:net';
import { connect as openTls, type TLSSocket } from 'node:tls';
import { FobError, systemCode } from '../../errors.ts';
import { certificateFault, isTlsFailure } from '../../tls-errors.ts';
import { AGENT_HOP_MS } from '../base/limits.ts';
import { type Endpoint, endpointText } from './endpoint.ts';
import { type NetworkFailureCode, networkFailure } from './failure.ts';
import type { HttpProxy } from './proxy.ts';

/** How to reach a service. */
export interface Route {
  readonly target: Endpoint;
  readonly proxy: HttpProxy | undefined;
  /** PEM of the only certificate authorities to trust for the service; Node's own if left out. */
  readonly ca: string | undefined;
}

/** A completed hop. */
export type Hop =
  | { readonly hop: 'name'; readonly host: string; readonly address: string }
  | { readonly hop: 'connect'; readonly host: string; readonly port: number }
  | { readonly hop: 'proxy-tls' }
  | { readonly hop: 'proxy'; readonly target: string }
  | { readonly hop: 'tls'; readonly socket: TLSSocket };

/**
 * Opens a connection to a service, through the proxy of the route if it has one. Connects to no other host, and looks
 * up only the name of the first endpoint. TLS is 1.2 or newer, and the certificate is always checked, whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says.
 * @param told is called with each completed hop
 * @throws FobError `service-silent`, `certificate`, `proxy` (`networkFailure`), `cancelled`
 */
export async function connectBy(
  route: Route,
  told: (hop: Hop) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Socket> {
  const { target, proxy, ca } = route;
  let socket = await openFirst(proxy ?? target, proxy !== undefined, told, signal);
  try {
    if (proxy?.isTls) {
      socket = await secured(socket, proxy, undefined, signal);
      told({ hop: 'proxy-tls' });
    }
    if (proxy !== undefined) {
      await tunnelled(socket, proxy, target, signal);
      told({ hop: 'proxy', target: endpointText(target) });
    }
    if (!target.isTls) return socket;
    const safe = await secured(socket, target, ca, signal);
    told({ hop: 'tls', socket: safe });
    return safe;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function openFirst(
  to: Endpoint,
  isProxy: boolean,
  told: (hop: Hop) => void,
  signal?: AbortSignal,
): Promise<Socket> {
  const { host, port } = to;
  const socket = openTcp({ host, port, noDelay: true, keepAlive: true });
  socket.on('lookup', (error, address) => {
    if (error === null && isIP(host) === 0) told({ hop: 'name', host, address: String(address) });
  });
  return inTime(
    socket,
    to,
    (done, fail) => {
      socket.once('error', cause => fail(firstError(to, isProxy, cause)));
      socket.once('connect', () => {
        told({ hop: 'connect', host, port });
        done(socket);
      });
    },
    () => firstError(to, isProxy),
    signal,
  );
}

function firstError({ host, port }: Endpoint, isProxy: boolean, cause?: Error): FobError {
  const code = systemCode(cause);
  if (code === 'ECONNRESET') return networkFailure('cut', { host, port }, cause);
  const why = /^(?:ENOTFOUND|EAI_)/.test(code)
    ? 'name-unknown'
    : code === 'ECONNREFUSED'
      ? 'refused'
      : 'silent';
  const named: NetworkFailureCode = isProxy ? `proxy-${why}` : why;
  return networkFailure(named, { host, port }, cause);
}

/** Asks the proxy for a tunnel (RFC 9110 §9.3.6). */
function tunnelled(socket: Socket, proxy: HttpProxy, target: Endpoint, signal?: AbortSignal): Promise<void> {
  const { host, port, login } = proxy;
  const to = endpointText(target);
  const odd = (cause?: Error) =>
    networkFailure(systemCode(cause) === 'ECONNRESET' ? 'cut' : 'proxy-odd', { host, port }, cause);
  return inTime(
    socket,
    proxy,
    (done, fail) => {
      const asked = request({
        method: 'CONNECT',
        path: to,
        headers: { host: to, ...(login !== undefined && { 'proxy-authorization': login() }) },
        createConnection: () => socket,
      });
      asked.once('error', cause => fail(odd(cause)));
      asked.once('response', () => fail(odd()));
      asked.once('connect', ({ statusCode = 0, headers }, _, head) => {
        if (statusCode >= 200 && statusCode < 300) {
          if (head.length > 0) socket.unshift(head);
          return done();
        }
        if (statusCode === 407) return fail(loginError(proxy, headers['proxy-authenticate']));
        return fail(networkFailure('proxy-forbids', { host, port, target: to, status: statusCode }));
      });
      asked.end();
    },
    () => networkFailure('proxy-silent', { host, port }),
    signal,
  );
}

function loginError({ host, port, login }: HttpProxy, challenges: string | undefined): FobError {
  // The scheme of each challenge: the word before its first parameter (RFC 9110 §11.6.1).
  const schemes = [
    ...(challenges ?? '').matchAll(
      /(?:^|,)\s*([A-Za-z][\w-]*)(?=\s+[\w-]+\s*=|\s*(?:,|$)|\s+\S+\s*(?:,|$))/g,
    ),
  ].map(([, scheme = '']) => scheme);
  const values = { host, port, schemes: schemes.join(', ') || 'no scheme that it names' };
  if (!schemes.some(scheme => scheme.toLowerCase() === 'basic'))
    return networkFailure('proxy-login-other', values);
  return networkFailure(login === undefined ? 'proxy-login' : 'proxy-login-wrong', values);
}

function secured(
  under: Socket,
  to: Endpoint,
  ca: string | undefined,
  signal?: AbortSignal,
): Promise<TLSSocket> {
  const { host, port } = to;
  const socket = openTls({
    socket: under,
    host,
    // A server name must not be an address (RFC 6066 §3).
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca }),
  });
  return inTime(
    socket,
    to,
    (done, fail) => {
      socket.once('error', cause => fail(tlsError(to, cause)));
      socket.once('secureConnect', () => done(socket));
    },
    () => networkFailure('no-tls', { host, port }),
    signal,
  );
}

function tlsError({ host, port }: Endpoint, cause: Error): FobError {
  const code = systemCode(cause);
  const fault = certificateFault(code);
  if (fault !== undefined) return networkFailure(fault, { host, port }, cause);
  return networkFailure(isTlsFailure(code) ? 'no-tls' : 'cut', { host, port }, cause);
}

/** Waits for one hop; destroys the socket if the hop fails, is aborted or takes too long. */
function inTime<T>(
  socket: Socket,
  { host, port }: Endpoint,
  begin: (done: (value: T) => void, fail: (error: FobError) => void) => void,
  late: () => FobError,
  signal: AbortSignal | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      socket.off('close', closed);
      signal?.removeEventListener('abort', cancel);
      finish();
    };
    const fail = (error: FobError) =>
      settle(() => {
        // Later errors of the socket do not matter.
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      });
    // If there was an error, it was reported before.
    const closed = () => fail(networkFailure('cut', { host, port }));
    const timer = setTimeout(() => fail(late()), AGENT_HOP_MS);
    socket.once('close', closed);
    const cancel = () => fail(new FobError('cancelled'));
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) return cancel();
    begin(value => settle(() => resolve(value)), fail);
  });
}
