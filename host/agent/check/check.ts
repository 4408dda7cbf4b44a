import { request } from 'undici';
import { FobError } from '../../errors.ts';
import { AGENT_ANSWER_MS } from '../base/limits.ts';
import { checkTexts, filled } from '../base/texts.ts';
import { connectBy, type Hop, type Route } from '../network/connect.ts';
import { endpointText } from '../network/endpoint.ts';
import { networkFailure, networkFailureCode } from '../network/failure.ts';
import { pathBy } from '../network/path.ts';
import { fingerprintText } from '../network/settings.ts';
import {
  type OpenedService,
  type OpenOptions,
  openByPolls,
  openByWebSocket,
  routeTo,
} from '../service/open-service.ts';
import { certificateAt, factsOf } from './certificate.ts';

/** The checks in their order; a failed hop skips all later ones. */
export type CheckedHop = Hop['hop'] | 'settings' | 'http' | 'websocket' | 'poll' | 'identity';

export interface CheckStep {
  readonly hop: CheckedHop;
  readonly isWell: boolean;
  /** The result as a sentence. */
  readonly text: string;
  /** What to do next, if anything. */
  readonly next?: string | undefined;
  /** The code of the failure. */
  readonly code?: string | undefined;
}

export interface CheckResult {
  /** `HOST:PORT` of each peer that the agent connects to: the service, or the proxy. */
  readonly connectsTo: readonly string[];
  /** `HOST:PORT` for which the proxy must allow CONNECT; null without a proxy. */
  readonly proxyAllows: string | null;
  /** Why the agent cannot work; undefined if it can, even if only by polls. */
  readonly problem: FobError | undefined;
}

/** Tries every hop to a service as the agent does. @param told is called with each hop */
export async function checkService(
  options: Omit<OpenOptions, 'told'>,
  told: (step: CheckStep) => void,
): Promise<CheckResult> {
  let route: Route;
  try {
    route = routeTo(options);
  } catch (error) {
    told(failed('settings', error));
    return { connectsTo: [], proxyAllows: null, problem: errorOf(error) };
  }
  const { target, proxy } = route;
  const places = {
    connectsTo: [endpointText(proxy ?? target)],
    proxyAllows: proxy === undefined ? null : endpointText(target),
  };
  told({ hop: 'settings', isWell: true, text: placesText(route) });
  const problem = (await checkHops(route, told)) ?? (await checkAnswers(options, route, told));
  return { ...places, problem };
}

function placesText({ target, proxy }: Route): string {
  if (proxy === undefined) return filled(checkTexts.direct, { host: target.host, port: target.port });
  const { host, port } = target;
  return filled(checkTexts.proxied, { host, port, proxyHost: proxy.host, proxyPort: proxy.port });
}

/** Checks the connection itself. @returns why it fails */
async function checkHops(route: Route, told: (step: CheckStep) => void): Promise<FobError | undefined> {
  let next = 'connect' as CheckedHop;
  try {
    const socket = await connectBy(route, hop => {
      next = hop.hop === 'connect' && route.proxy !== undefined ? 'proxy' : 'tls';
      told({ hop: hop.hop, isWell: true, text: hopText(hop, route) });
    });
    socket.on('error', () => undefined);
    socket.destroy();
    return undefined;
  } catch (error) {
    const code = networkFailureCode(error);
    told(failed(code?.endsWith('name-unknown') ? 'name' : next, error));
    const isCertificate = error instanceof FobError && error.kind === 'certificate';
    const facts = isCertificate && next === 'tls' ? await certificateAt(route) : undefined;
    if (facts !== undefined)
      told({ hop: 'tls', isWell: false, text: filled(checkTexts['tls-shown'], { ...facts }) });
    return errorOf(error);
  }
}

function hopText(hop: Hop, { target }: Route): string {
  if (hop.hop !== 'tls') return filled(checkTexts[hop.hop], { ...hop });
  const { issuer, until } = factsOf(hop.socket.getPeerCertificate());
  return filled(checkTexts.tls, {
    host: target.host,
    issuer,
    until,
    protocol: hop.socket.getProtocol() ?? '?',
  });
}

/** Checks the answers of the peer. @returns why an agent cannot work with it */
async function checkAnswers(
  options: Omit<OpenOptions, 'told'>,
  route: Route,
  told: (step: CheckStep) => void,
): Promise<FobError | undefined> {
  try {
    told(await checkHttp(route, options.service.url));
  } catch (error) {
    told(failed('http', error));
    return errorOf(error);
  }
  const byWebSocket = await tried('websocket', () => openByWebSocket(options), told);
  const byPolls = await tried('poll', () => openByPolls(options), told);
  const opened = 'proved' in byPolls ? byPolls : byWebSocket;
  if ('proved' in opened) {
    const { name, fingerprint } = opened.proved;
    const values = { name, fingerprint: fingerprintText(fingerprint) };
    told({ hop: 'identity', isWell: true, text: filled(checkTexts.identity, values) });
    return undefined;
  }
  return 'proved' in byPolls ? undefined : byPolls;
}

async function tried(
  hop: 'websocket' | 'poll',
  open: () => Promise<OpenedService>,
  told: (step: CheckStep) => void,
): Promise<OpenedService | FobError> {
  try {
    const opened = await open();
    opened.inbox.close();
    told({ hop, isWell: true, text: checkTexts[hop] });
    return opened;
  } catch (error) {
    told(failed(hop, error));
    return errorOf(error);
  }
}

/** @throws FobError (`networkFailure`) if HTTP does not get through */
async function checkHttp(route: Route, origin: string): Promise<CheckStep> {
  const path = pathBy(route);
  const { host, port } = route.target;
  try {
    const { statusCode, body } = await request(`${origin}/health`, {
      dispatcher: path.dispatcher,
      headersTimeout: AGENT_ANSWER_MS,
    });
    const text = await body.text();
    const isPassfob = statusCode === 200 && /"status"\s*:\s*"ok"/.test(text);
    if (isPassfob) return { hop: 'http', isWell: true, text: checkTexts.http };
    return { hop: 'http', isWell: false, text: filled(checkTexts['http-odd'], { status: statusCode }) };
  } catch (cause) {
    throw path.failure() ?? networkFailure('cut', { host, port }, cause);
  } finally {
    path.cut();
  }
}

function failed(hop: CheckedHop, error: unknown): CheckStep {
  const { message, next, kind } = errorOf(error);
  return { hop, isWell: false, text: message, next, code: networkFailureCode(error) ?? kind };
}

function errorOf(error: unknown): FobError {
  return error instanceof FobError ? error : new FobError('service-silent', { cause: error });
}
