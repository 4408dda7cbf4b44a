import { randomBytes } from 'node:crypto';
import { ServiceError } from '../../base/errors.ts';
import { sealingLimits } from '../../base/limits/sealing.ts';
import { texts } from '../../base/texts/texts.ts';

const HEADING = 'passfob service keys';
const VERSION = 1;

/** What a key file says. */
export interface KeyText {
  /** Sealing keys by key id, those that are yet to be used among them. */
  readonly sealing: ReadonlyMap<string, Uint8Array>;
  /** The last of the keys in use. */
  readonly currentKeyId: string;
  /** A key that was added for re-keying and that nothing is sealed under yet. */
  readonly nextKeyId: string | undefined;
  readonly mac: Uint8Array;
}

/**
 * Reads the text of a key file: a heading, then a line for each key of purpose, id and base64. Empty lines, comments
 * (`#`) and purposes of later versions are passed over; whoever rewrites the file keeps them.
 *
 * @throws ServiceError `key_file_damaged`
 */
export function parseKeys(text: string): KeyText {
  const [heading = '', ...lines] = text.trimEnd().split('\n');
  const [, version] = new RegExp(`^${HEADING} (\\d+)$`).exec(heading) ?? [];
  if (version === undefined) throw damaged();
  if (Number(version) !== VERSION) throw new ServiceError('key_file_damaged', texts.records.keyFileNewer);
  const sealing = new Map<string, Uint8Array>();
  let currentKeyId: string | undefined;
  let nextKeyId: string | undefined;
  let mac: Uint8Array | undefined;
  for (const line of lines) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [purpose = '', id = '', value = '', ...rest] = line.split(' ');
    const bytes = new Uint8Array(Buffer.from(value, 'base64'));
    if (id === '' || value === '' || rest.length > 0) throw damaged();
    if (purpose === 'mac') {
      if (bytes.length !== sealingLimits.macKeyBytes || mac !== undefined) throw damaged();
      mac = bytes;
    } else if (purpose === 'seal' || purpose === 'next') {
      if (bytes.length !== sealingLimits.sealKeyBytes || sealing.has(id)) throw damaged();
      sealing.set(id, bytes);
      if (purpose === 'seal') currentKeyId = id;
      else nextKeyId = id;
    } else if (!/^[a-z][a-z-]*$/.test(purpose)) {
      throw damaged();
    }
  }
  if (currentKeyId === undefined || mac === undefined) throw damaged();
  return { sealing, currentKeyId, nextKeyId, mac };
}

/** The text of a new key file. */
export function newKeyText(): string {
  const keyId = newKeyId();
  const lines = [
    `${HEADING} ${VERSION}`,
    keyLine('seal', keyId),
    `mac ${keyId} ${randomBytes(sealingLimits.macKeyBytes).toString('base64')}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The text with one more sealing key, which is not used before `withPromoted`. */
export function withNext(text: string): string {
  return `${text.trimEnd()}\n${keyLine('next', newKeyId())}\n`;
}

/** The text in which a key is the one that is used. */
export function withPromoted(text: string, keyId: string): string {
  const lines = text.trimEnd().split('\n');
  const isWanted = (line: string) => /^(seal|next) /.test(line) && line.split(' ')[1] === keyId;
  const promoted = lines.filter(isWanted).map(line => line.replace(/^next /, 'seal '));
  return `${[...lines.filter(line => !isWanted(line)), ...promoted].join('\n')}\n`;
}

/** The text without any sealing key but one. */
export function withOnly(text: string, keyId: string): string {
  const lines = text.trimEnd().split('\n');
  const kept = lines.filter(line => !/^(seal|next) /.test(line) || line.split(' ')[1] === keyId);
  return `${kept.join('\n')}\n`;
}

function keyLine(purpose: 'seal' | 'next', keyId: string): string {
  return `${purpose} ${keyId} ${randomBytes(sealingLimits.sealKeyBytes).toString('base64')}`;
}

function newKeyId(): string {
  return randomBytes(sealingLimits.keyIdBytes).toString('hex');
}

function damaged(): ServiceError {
  return new ServiceError('key_file_damaged', texts.startup.keyFileDamaged);
}
