/** Why the service could not start or could not do its work. The message says what to do next. */
export type ServiceErrorCode =
  | 'application_changed'
  | 'address_absent'
  | 'bad_options'
  | 'busy'
  | 'database_lost'
  | 'database_newer'
  | 'database_older'
  | 'database_unusable'
  | 'directory_unusable'
  | 'key_file_damaged'
  | 'key_file_missing'
  | 'key_file_readable'
  | 'network_folder'
  | 'not_loopback'
  | 'port_in_use'
  | 'port_forbidden'
  | 'refused'
  | 'schema_changed'
  | 'tls_key_readable'
  | 'tls_unusable';

/** An error of the service, told apart by `code`; the message never holds a secret. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Returns the `code` that Node and SQLite set on their errors, or an empty string. */
export function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
