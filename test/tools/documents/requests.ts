import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from '../../kit/folder.ts';
import type { DocumentedBlock } from './documented.ts';

/** The host of every example in the documents. */
const DOCUMENTED_URL = 'https://otp.example.org';

/**
 * Stands for curl in a block: prints the status of each answer, and keeps the `id` of the last one, which the documents take
 * "from the answer".
 */
const PRELUDE = `
curl() {
  command curl --silent --show-error --output "$BODY" --write-out '%{http_code}\\n' "$@"
  answered=$(sed -n 's/.*"id":"\\([^"]*\\)".*/\\1/p' "$BODY")
  [ -z "$answered" ] || ID=$answered
}
`;

/** A credential and the values that stand for the dots of a block. */
export interface RequestValues {
  readonly url: string;
  readonly key: string;
  /** What a block leaves out, with what stands there. */
  readonly filled?: readonly (readonly [string, string])[];
}

/**
 * Executes the requests of a block by a shell and curl, at a service of a test.
 *
 * @returns the statuses of the answers, in order
 */
export async function statusesOf(
  block: DocumentedBlock,
  { url, key, filled = [] }: RequestValues,
): Promise<string[]> {
  const folder = temporaryFolder('requests');
  const script = filled
    .reduce((said, [left, right]) => said.replaceAll(left, right), block.text)
    .replaceAll(DOCUMENTED_URL, url)
    .replace(/^ID=…/m, ':');
  // The key stands in the environment of the shell; curl takes it as it does by hand.
  const env = { ...process.env, KEY: key, BODY: join(folder, 'body') };
  const child = spawn('sh', ['-eu', '-c', `${PRELUDE}\n${script}`], { env, cwd: folder });
  const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (errors !== '') throw new Error(`${block.title}: ${errors.replaceAll(key, '…')}`);
  return printed.trim().split('\n');
}

/** Returns the statuses that the mark of a block names: `…; answers 200, 403`. */
export function documentedStatuses({ executed = '' }: DocumentedBlock): string[] {
  return /; answers ([\d, ]+)$/.exec(executed)?.[1]?.split(', ') ?? [];
}
