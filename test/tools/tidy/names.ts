import type { ProjectFile } from './files.ts';
import { scan } from './scan.ts';

/** A word of our own that no file, folder or exported identifier may be named by, and the field's word for it. */
export interface BannedWord {
  readonly word: string;
  readonly say: string;
  /** The folders in which the word has this meaning. */
  readonly in: RegExp;
}

const everywhere = /^/;
const service = /^(?:service|test\/service)\//;
const push = /^(?:service\/subjects\/(?:push|challenges)|test\/service\/push)\//;
const firmware = /^(?:firmware|test\/unit\/parts)\//;

const bannedWords: readonly BannedWord[] = [
  { word: 'marks', say: 'replay protection', in: service },
  { word: 'marks', say: 'PIN attempt counter', in: firmware },
  { word: 'judge', say: 'validator', in: everywhere },
  { word: 'case', say: 'request', in: /^service\/subjects\// },
  { word: 'ticket', say: 'request, or sign-in token', in: service },
  { word: 'verdict', say: 'result', in: everywhere },
  { word: 'standing', say: 'state', in: everywhere },
  { word: 'decoy', say: 'dummy evaluation', in: everywhere },
  { word: 'answers', say: 'idempotency cache', in: service },
  { word: 'ask', say: 'create', in: push },
  { word: 'take', say: 'redeem', in: push },
  { word: 'courier', say: 'push dispatcher', in: everywhere },
  { word: 'quiet', say: 'cool-down', in: service },
  { word: 'familiar', say: 'trusted source', in: everywhere },
  { word: 'place', say: 'slot, cursor or location', in: service },
  { word: 'room', say: 'capacity', in: everywhere },
  { word: 'rooms', say: 'limits', in: everywhere },
  { word: 'bucket', say: 'rate limit', in: everywhere },
  { word: 'buckets', say: 'rate limits', in: everywhere },
  { word: 'floor', say: 'minimum response time', in: everywhere },
  { word: 'desk', say: 'console router', in: everywhere },
  { word: 'visit', say: 'request context', in: everywhere },
  { word: 'own', say: 'self-service', in: everywhere },
  { word: 'me', say: 'self-service', in: everywhere },
  { word: 'people', say: 'users, operators or applications', in: everywhere },
  { word: 'chance', say: 'randomness', in: everywhere },
  { word: 'sealing', say: 'encryption at rest', in: /^(?:service|host\/inventory|test\/service)\// },
  { word: 'seal', say: 'checkpoint', in: /^(?:service\/subjects\/audit|test\/service\/audit)\// },
  { word: 'witness', say: 'anti-rollback counter', in: everywhere },
  { word: 'stretch', say: 'key derivation', in: everywhere },
  { word: 'face', say: 'view model (fob core), faceplate (simulator)', in: everywhere },
  { word: 'faces', say: 'faceplates', in: everywhere },
  { word: 'mint', say: 'generate', in: everywhere },
  { word: 'tend', say: 'expire', in: everywhere },
  { word: 'ends', say: 'expiry', in: everywhere },
  { word: 'turns', say: 'per-user queue', in: everywhere },
  { word: 'waits', say: 'waiters', in: everywhere },
  { word: 'links', say: 'locations', in: service },
  { word: 'misfits', say: 'cross-field checks', in: everywhere },
  { word: 'hear', say: 'receive', in: everywhere },
  { word: 'words', say: 'formatters', in: /^(?!test\/tools\/tidy\/)/ },
  { word: 'reach', say: 'public URL', in: everywhere },
  { word: 'mails', say: 'mail', in: everywhere },
];

/** What is named by a banned word because it is stored, sent or scripted under that name. */
export const exemptNames: ReadonlyMap<string, string> = new Map([
  ['service/base/kinds.ts: PinPlace', 'the column pin_place'],
]);

/** `rateLimit_MAX-x.test` as `rate`, `limit`, `max`, `x`, `test`. */
export function wordsOfName(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z]+/)
    .filter(part => part !== '')
    .map(part => part.toLowerCase());
}

const EXPORTED =
  /(?:^|[\n;}])\s*export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\s*\*?|const|let|class|interface|type|enum)\s+([\w$]+)/g;

/** The names that a module declares and exports. */
export function exportedNames({ text }: Pick<ProjectFile, 'text'>): string[] {
  return [...scan(text).code.matchAll(EXPORTED)].map(match => match[1] ?? '');
}

/** Every banned word that names the file, a folder above it or something it exports, each with the word to use. */
export function bannedNames(file: Pick<ProjectFile, 'path' | 'text'>, rules = bannedWords): string[] {
  const { path } = file;
  const names = [path, ...(/\.(?:ts|mts|mjs|js)$/.test(path) ? exportedNames(file) : [])];
  return names.flatMap((name, index) => {
    const subject = index === 0 ? path : `${path}: ${name}`;
    if (exemptNames.has(subject)) return [];
    const used = new Set(wordsOfName(name));
    return rules
      .filter(rule => rule.in.test(path) && used.has(rule.word))
      .map(rule => `${subject}: say ${rule.say}, not ${rule.word}`);
  });
}

const EXPORTED_TYPES =
  /(?:^|[\n;}])\s*export\s+(?:declare\s+)?(?:abstract\s+)?(?:class|interface|type)\s+([\w$]+)/g;
const DECLARED_TYPES =
  /(?:^|[\n;}])\s*(?:export\s+)?(?:declare\s+)?(?:abstract\s+)?(?:class|interface|type)\s+([\w$]+)\s*(?=[<={]|extends\b|implements\b)/g;

function filesByName(
  files: readonly ProjectFile[],
  declaration: RegExp,
): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const { path, text } of files)
    for (const [, name = ''] of scan(text).code.matchAll(declaration))
      places.set(name, [...new Set([...(places.get(name) ?? []), path])]);
  return places;
}

/** The names of exported types that are declared in more than one of the files, each with where. */
export function sharedTypeNames(files: readonly ProjectFile[]): ReadonlyMap<string, readonly string[]> {
  return new Map([...filesByName(files, EXPORTED_TYPES)].filter(([, paths]) => paths.length > 1));
}

/** The names of types, exported or local, that are declared in more than `most` of the files, each with where. */
export function crowdedTypeNames(
  files: readonly ProjectFile[],
  most: number,
): ReadonlyMap<string, readonly string[]> {
  return new Map([...filesByName(files, DECLARED_TYPES)].filter(([, paths]) => paths.length > most));
}
