import type { SettingName } from '../app/configuration/settings.ts';
import type { RadiusPush } from '../storage/schema/schema.ts';

/** Values for the configuration of the service, as they were typed. */
export interface ServiceFlags {
  readonly configurationFile: string | undefined;
  readonly flags: Readonly<Partial<Record<SettingName, string | readonly string[] | undefined>>>;
}

/** What is done with the records of a service as a whole. */
export type RecordInvocation = ServiceFlags &
  (
    | { readonly command: 'service-backup'; readonly file: string }
    | { readonly command: 'service-restore'; readonly file: string; readonly counterGap: number | undefined }
    | { readonly command: 'service-audit-verify' | 'service-rekey' | 'service-bounce' }
  );

/** Which application is given another API key, by default the first one, and whether nobody is asked. */
export type ApplicationKeyInvocation = ServiceFlags & {
  readonly command: 'service-application-key';
  readonly application: string | undefined;
  readonly yes: boolean;
};

/** What is done with RADIUS clients, and with which one. */
export type RadiusClientInvocation = ServiceFlags & {
  readonly command: 'service-radius-client';
  readonly act: 'list' | 'add' | 'change' | 'secret' | 'remove';
  readonly name: string | undefined;
  readonly rename: string | undefined;
  readonly address: string | undefined;
  /** By name. */
  readonly application: string | undefined;
  readonly push: RadiusPush | undefined;
  /** Where an own shared secret stands in the first line. */
  readonly secretFile: string | undefined;
};

/** What `passfob serve` and `passfob service` are told. */
export type ServiceInvocation =
  | ({ readonly command: 'serve'; readonly adminLink: boolean | undefined } & ServiceFlags)
  | RecordInvocation
  | ApplicationKeyInvocation
  | RadiusClientInvocation
  | ({ readonly command: 'service-config' } & ServiceFlags)
  | ({ readonly command: 'service-admin-link' } & ServiceFlags)
  | ({ readonly command: 'service-doctor' } & ServiceFlags)
  | ({ readonly command: 'service-fingerprint' } & ServiceFlags)
  | { readonly command: 'service-status'; readonly url: string; readonly ca: string | undefined };
