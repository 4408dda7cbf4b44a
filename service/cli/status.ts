import { createSecureContext } from 'node:tls';
import type { Report } from 'passfob/cli/base/report';
import { connectionTexts } from 'passfob/cli/base/service-connection';
import { printable } from 'passfob/cli/base/terminal';
import { FobError, isFobError } from 'passfob/errors';
import { PEM_BYTES_MAX } from 'passfob/limits';
import { readWhole } from 'passfob/read-whole';
import { serveTexts, unreadyTexts } from '../base/texts/serve.ts';
import { askService, readServiceUrl, type ServiceResponse } from './request.ts';

/**
 * Asks a service whether it runs and is ready.
 *
 * @param caFile PEM file of the authorities to trust
 * @throws FobError `bad-input`, `certificate`, `service-silent`
 */
export async function serviceStatus(
  url: string,
  caFile: string | undefined,
  signal?: AbortSignal,
): Promise<Report> {
  const origin = readServiceUrl(url);
  const ca = caFile === undefined ? undefined : await readAuthority(caFile, signal);
  const health = fieldsOf(await askService(`${origin}/health`, ca));
  const answer = await askService(`${origin}/ready`, ca);
  const { status, reason, version } = fieldsOf(answer);
  const isPassfob = health.status === 'ok' && typeof status === 'string' && typeof version === 'string';
  if (!isPassfob) throw new FobError('service-silent', { sentence: connectionTexts.notPassfob });
  const document = { url: origin, health: 'ok', ready: answer.status === 200, version };
  if (!document.ready) {
    const why = unreadyTexts[reasonOf(reason)];
    throw new FobError('service-silent', { ...why, details: { ...document, reason: reasonOf(reason) } });
  }
  return { document, text: printable(`${origin} answers and is ready (Passfob ${version}).`) };
}

/** Returns a reason that this program knows; a service of another version may have others. */
function reasonOf(reason: unknown): keyof typeof unreadyTexts {
  const known = Object.keys(unreadyTexts) as (keyof typeof unreadyTexts)[];
  return known.find(name => name === reason) ?? 'unknown';
}

/** Returns the fields of a JSON object; an empty object for any other body. */
function fieldsOf({ body }: ServiceResponse): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(body);
    return typeof fields === 'object' && fields !== null ? { ...fields } : {};
  } catch {
    return {};
  }
}

/**
 * Reads the PEM of the authorities in a file. Node accepts a file without any certificate, then trusts none and
 * reports a misleading error. @throws FobError `bad-input`
 */
async function readAuthority(path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const bytes = await readWhole(path, PEM_BYTES_MAX, signal);
    const pem = Buffer.from(bytes).toString('utf8');
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('no certificate in it');
    createSecureContext({ ca: pem });
    return pem;
  } catch (cause) {
    if (isFobError(cause, 'cancelled')) throw cause;
    throw new FobError('bad-input', { ...serveTexts.badCa, cause });
  }
}
