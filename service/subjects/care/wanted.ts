/** The names that an account is to get. */
export interface WantedNames {
  readonly issuer: string;
  readonly label: string;
}

/** Reads the names of a stored task; undefined if they are none. */
export function readNames(wanted: string): WantedNames | undefined {
  const { issuer, label } = JSON.parse(wanted) as Partial<WantedNames>;
  return typeof issuer === 'string' && typeof label === 'string' ? { issuer, label } : undefined;
}

/** Reads the order of a stored task: ids of accounts in hexadecimal, the first one first. */
export function readOrder(wanted: string): readonly string[] {
  const { accounts } = JSON.parse(wanted) as { readonly accounts?: unknown };
  return Array.isArray(accounts) ? accounts.filter((id): id is string => typeof id === 'string') : [];
}
