import type { Need } from 'passfob/cli/base/command';
import type { Configured, ConfiguredRecords } from './configured.ts';
import type { ServiceFlags } from './options.ts';

/** The configuration of the service, complete and valid. */
export const aConfiguration: Need<ServiceFlags, Configured> = async (call, flags, work) =>
  (await import('./configured.ts')).withConfiguration(call, flags, work);

/** The stored data of the service, and the keys that decrypt it. */
export const theRecords: Need<ServiceFlags, ConfiguredRecords> = async (call, flags, work) =>
  (await import('./configured.ts')).withRecords(call, flags, work);
