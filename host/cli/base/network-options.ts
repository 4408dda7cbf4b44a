import { resolve } from 'node:path';
import type { Argv } from 'yargs';

/** Options for reaching a service, as typed. */
export interface NetworkOptions {
  readonly ca: string | undefined;
  readonly proxy: string | undefined;
  readonly proxyLogin: string | undefined;
}

export function networkOptions<Given>(command: Argv<Given>) {
  return command
    .option('ca', {
      string: true,
      requiresArg: true,
      describe: 'PEM file with the only authority to trust for the service',
    })
    .option('proxy', {
      string: true,
      requiresArg: true,
      describe: 'http://HOST:PORT of a proxy, or none; default: HTTPS_PROXY and NO_PROXY',
    })
    .option('proxy-login', {
      string: true,
      requiresArg: true,
      describe: 'file that only you may read, with user:password for the proxy',
    });
}

export function networkSettingsOf(given: {
  readonly ca?: string | undefined;
  readonly proxy?: string | undefined;
  readonly proxyLogin?: string | undefined;
}): NetworkOptions {
  // Absolute, because the agent runs in another folder than this command.
  const whole = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  return { ca: whole(given.ca), proxy: given.proxy, proxyLogin: whole(given.proxyLogin) };
}
