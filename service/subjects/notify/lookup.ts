import { type LookupAddress, promises } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { systemCode } from '../../base/errors.ts';
import { alertLimits } from '../../base/limits/alerts.ts';
import { SendError } from './notice.ts';

/** Options for looking names up. */
export interface LookupOptions {
  /** Cancels the look-up. */
  readonly signal?: AbortSignal | undefined;
  /** Name servers as `address:port`; default those of the system. */
  readonly servers?: readonly string[] | undefined;
}

/** Errors for absent names, in contrast to servers that did not respond. */
const ABSENT = ['ENOTFOUND', 'ENODATA'];

/**
 * Returns the addresses of a host, IPv4 first. Node itself queries the name servers, within a bounded time:
 * `getaddrinfo` would hold one of the few threads that slow hashes and files need, for as long as a slow name server
 * takes. `getaddrinfo` is used only for names that the servers report as absent, which may be in the hosts file, and
 * for one at a time.
 *
 * @param host a name or an address
 * @throws SendError if there is none
 */
export async function addressesOf(host: string, options: LookupOptions = {}): Promise<LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  // RFC 6761 §6.3.
  if (host === 'localhost') return [v4('127.0.0.1'), v6('::1')];
  const { addresses, errors } = await ask(host, options);
  if (addresses.length > 0) return addresses;
  const unheard = errors.find(code => !ABSENT.includes(code));
  if (unheard !== undefined) throw new SendError(`DNS ${unheard}`);
  return askSystem(host);
}

async function ask(
  host: string,
  { signal, servers }: LookupOptions,
): Promise<{ addresses: LookupAddress[]; errors: string[] }> {
  const resolver = new promises.Resolver({
    timeout: alertLimits.lookupTimeoutMs,
    tries: alertLimits.lookupTries,
  });
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([
      resolver.resolve4(host).then(found => found.map(v4)),
      resolver.resolve6(host).then(found => found.map(v6)),
    ]);
    return {
      addresses: answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : [])),
      errors: answers.flatMap(answer =>
        answer.status === 'rejected' ? systemCode(answer.reason) || 'error' : [],
      ),
    };
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });

let isAskingSystem = false;

async function askSystem(host: string): Promise<LookupAddress[]> {
  if (isAskingSystem) throw new SendError('DNS busy');
  isAskingSystem = true;
  try {
    return await promises.lookup(host, { all: true, order: 'ipv4first' });
  } catch (error) {
    throw new SendError(`DNS ${systemCode(error) || 'error'}`);
  } finally {
    isAskingSystem = false;
  }
}

/** The same in the form of Node's `lookup` option. */
export function lookupBy(options: LookupOptions): LookupFunction {
  return (host, { all, family }, give) => {
    addressesOf(host, options)
      .then(found => {
        const wanted = found.filter(one => one.family === family || (family !== 4 && family !== 6));
        const [first] = wanted;
        if (first === undefined) throw new SendError('DNS no address');
        if (all === true) give(null, wanted);
        else give(null, first.address, first.family);
      })
      .catch((error: Error) => give(error, ''));
  };
}
