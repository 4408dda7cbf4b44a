import type { Need } from 'passfob/cli/base/command';
import type { Configured, ConfiguredRecords } from './configured.ts';
import type { ServiceFlags } from './options.ts';

/** The configuration of the service, whole and without mistakes. */
export const aConfiguration: Need<ServiceFlags, Configured> = async (call, flags, work) =>
  (await import('./configured.ts')).withConfiguration(call, flags, work);

/** What the service has stored, and the keys that open it. */
export const theRecords: Need<ServiceFlags, ConfiguredRecords> = async (call, flags, work) =>
  (await import('./configured.ts')).withRecords(call, flags, work);
